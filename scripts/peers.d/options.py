"""The command line of scripts/peers."""

import argparse
import os
import sys

import attention

DEBIAN_BLIS = "libblis.so.4"
USAGE = 64


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def positive_seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds between 0 and 3600")
    return seconds


def counts(text):
    return sorted({positive(part) for part in text.split(",")})


def misused(sentence):
    """Ends as sysexits.h names wrong usage."""
    print(f"peers: {sentence}; scripts/peers --help lists the options", file=sys.stderr)
    sys.exit(USAGE)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        misused(message)


def arguments(description):
    parser = Parser(
        prog="scripts/peers", description=description, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--experts", type=positive, default=64, metavar="E", help="experts (default 64)")
    add("--top-k", type=positive, default=8, metavar="K", help="experts a token (default 8)")
    add("--hidden", type=positive, default=1024, metavar="H", help="hidden size (default 1024)")
    add("--intermediate", type=positive, default=768, metavar="F",
        help="width of an expert (default 768)")
    add("--tokens", type=counts, metavar="LIST",
        help="tokens a pass (default 1,4,16,64,256,1024; with --quick 1,16)")
    add("--threads", type=positive, default=2, metavar="N", help="threads (default 2)")
    add("--rounds", type=positive, metavar="N", help="rounds (default 5; with --quick 2)")
    add("--seconds", type=positive_seconds, metavar="S",
        help="a program's turn, for each token count (default 1; with --quick 0.2)")
    add("--seed", type=positive, default=1, metavar="N", help="of weights and inputs (default 1)")
    add("--blas", action="append", metavar="PATH",
        help=f"another BLAS library for Tenfold's blas engine; may be repeated (default "
        f"{DEBIAN_BLIS}, Debian's libblis4)")
    add("--programs", metavar="LIST",
        help="only these beside Tenfold: tenfold-openblas, tenfold-blis, onnxruntime, "
        "pytorch-loop, pytorch-grouped, kt-kernel, llama.cpp")
    add("--attention", action="store_true",
        help="attention alone instead of a layer, by PyTorch and llama.cpp beside Tenfold: prompts of "
        "--tokens (default 256,512,1024,2048) and steps behind --context")
    add("--shapes", metavar="LIST", help="models whose attention is measured (default all)")
    add("--sequences", type=counts, metavar="LIST",
        help="sequences of a step of attention (default 1,2,4,8)")
    add("--context", type=positive, default=4096, metavar="C",
        help="tokens behind which steps of attention are (default 4096)")
    add("--step", action="store_true",
        help="a training step, forward and backward, by PyTorch and Tenfold in f32 (default tokens 256)")
    add("--quick", action="store_true", help="shows that everything works; figures mean little")
    chosen = parser.parse_args()
    usual = [1, 4, 16, 64, 256, 1024]
    if chosen.step:
        usual = [256]
    if chosen.attention:
        usual = [256, 512, 1024, 2048]
    quick = [256] if chosen.attention else [1, 16]
    chosen.tokens = chosen.tokens or (quick if chosen.quick else usual)
    chosen.sequences = chosen.sequences or ([1] if chosen.quick else [1, 2, 4, 8])
    chosen.shapes = chosen.shapes.split(",") if chosen.shapes else []
    unknown = sorted(set(chosen.shapes) - set(attention.SHAPES))
    if unknown:
        parser.error(f"--shapes has no {', '.join(unknown)}; there are {', '.join(attention.SHAPES)}")
    chosen.rounds = chosen.rounds or (2 if chosen.quick else 5)
    chosen.seconds = chosen.seconds or (0.2 if chosen.quick else 1.0)
    if chosen.top_k > chosen.experts:
        parser.error(f"--top-k {chosen.top_k} is more than --experts {chosen.experts}")
    processors = len(os.sched_getaffinity(0))
    if chosen.threads > processors:
        parser.error(f"--threads {chosen.threads} is more than the {processors} processors here")
    return chosen
