"""What the rounds say: medians, ranges, ratios, and the table that people read."""

import math
import statistics


def milliseconds(seconds):
    """Three significant digits, as far as they mean anything."""
    value = seconds * 1e3
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.2f}"


def counted(count, noun):
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def ratios(programs, token_counts, precision):
    """For each token count the fastest other program of that precision over Tenfold's own engine.

    The ratio is the median of the rounds' ratios, since the programs of a round ran one after the
    other, on the machine as it was just then.
    """
    ours = next(p for p in programs if p.key == "tenfold" and p.precision == precision)
    others = [p for p in programs if p.key != "tenfold" and p.precision == precision]
    points = []
    for tokens in token_counts:
        measured = [p for p in others if tokens in p.rounds]
        if tokens not in ours.rounds or not measured:
            continue
        fastest = min(measured, key=lambda p: statistics.median(p.rounds[tokens]))
        pairs = [t / o for t, o in zip(fastest.rounds[tokens], ours.rounds[tokens])]
        points.append(
            {
                "tokens": tokens, "fastest": fastest.key, "fastest_name": fastest.name,
                "median": statistics.median(pairs), "low": min(pairs), "high": max(pairs),
            }
        )
    if not points:
        return None
    logs = [math.log(point["median"]) for point in points]
    return {
        "precision": precision, "points": points,
        "geometric_mean": math.exp(statistics.fmean(logs)),
    }


def lines_of(rows):
    """Rows of cells in columns: the first two to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        yield "  ".join(left + right).rstrip()


def proofs(programs):
    """What each program is, and how far its output was off."""
    rows = [
        [f"{p.name} {p.precision}", f"{p.relative_error:.1e}  {p.version}; {p.settings}"]
        for p in programs
        if p.relative_error is not None
    ]
    return lines_of(rows) if rows else []


def program_rows(programs, token_counts):
    for program in programs:
        if not program.rounds:
            continue
        medians, ranges = [], []
        for tokens in token_counts:
            seconds = program.rounds.get(tokens)
            medians.append(milliseconds(statistics.median(seconds)) if seconds else "-")
            ends = (min(seconds), max(seconds)) if seconds else ()
            ranges.append("–".join(milliseconds(end) for end in ends))
        yield [program.name, program.precision, *medians]
        yield ["", "", *ranges]


def ratio_rows(found, token_counts):
    at = {point["tokens"]: point for point in found["points"]}
    here = [at.get(tokens) for tokens in token_counts]
    name = f"fastest other {found['precision']} / Tenfold"
    yield [name, "", *(f"{p['median']:.2f}x" if p else "-" for p in here)]
    yield ["", "", *(f"{p['low']:.2f}–{p['high']:.2f}" if p else "" for p in here)]
    yield ["", "", *(p["fastest_name"] if p else "" for p in here)]


def text(options, programs, distinct, all_ratios):
    """The whole report."""
    shape, token_counts = options["shape"], options["tokens"]
    header = ["tokens per pass", "", *map(str, token_counts)]
    reads = [["distinct experts", "", *(f"{distinct[tokens]:.3g}" for tokens in token_counts)]]
    drawn = next(p.distinct for p in programs if p.key == "tenfold")
    if drawn:
        cells = (f"{drawn[t]:.3g}" if t in drawn else "-" for t in token_counts)
        reads.append(["  in Tenfold's inputs", "", *cells])
    yield (
        f"One layer, E={shape['experts']} K={shape['top_k']} H={shape['hidden']} "
        f"F={shape['intermediate']}, {counted(options['threads'], 'thread')}, "
        f"{counted(options['rounds'], 'round')}"
    )
    yield ""
    yield "Milliseconds a pass: median of the rounds, and below it the fastest and slowest round"
    yield ""
    yield from lines_of([header, *reads, *program_rows(programs, token_counts)])
    if any(all_ratios):
        yield ""
        yield "Speed of Tenfold's own engine; above 1 Tenfold is faster"
        yield ""
        rows = [row for found in all_ratios if found for row in ratio_rows(found, token_counts)]
        yield from lines_of([header, *rows])
        yield ""
        for found in filter(None, all_ratios):
            yield f"Geometric mean, {found['precision']}: {found['geometric_mean']:.2f}x"
    yield ""
    yield "Largest error of the output against float64, as a share of its maximum; version"
    yield ""
    yield from proofs(programs)
    sentences = [f"{p.name} {p.precision}: {note}." for p in programs for note in p.notes]
    failures = [f"{p.name} {p.precision}: {p.failure}" for p in programs if p.failure]
    if sentences:
        yield from ["", *sentences]
    if failures:
        yield from ["", "Not measured", "", *failures]
