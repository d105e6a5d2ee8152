import Testing

/// A wrong command line gets one sentence and 64, before anything else happens.
@Suite struct UsageTests {
  @Test(arguments: [
    ["--help"], ["help"], [], ["run", "--help"], ["report", "-h"], ["help", "models"],
  ])
  func helpIsADocument(_ arguments: [String]) throws {
    let outcome = try Executable.release().run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: tenfold"))
    #expect(outcome.errors.isEmpty)
  }

  @Test func versionIsOneLine() throws {
    let outcome = try Executable.release().run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: ".").count == 3)
  }

  /// Arguments and a part of the sentence that must answer them.
  static let mistakes: [([String], String)] = [
    (["measure"], "no command 'measure'; the commands are run, sweep, gemm"),
    (["run", "--nope"], "--nope"),
    (["run", "mixtral-8x7"], "mixtral-8x7b"),
    (["models", "mixtral-8x7"], "mixtral-8x7b"),
    (["claims", "mixtral-8x7b-6x-llama2-70"], "mixtral-8x7b-6x-llama2-70b"),
    (["claims", "mixtral-6x"], "mixtral-8x7b-6x-llama2-70b"),
    (["run", "mixtral-8x7b", "--baseline", "iso-actve"], "did you mean iso-active"),
    (["run", "--baseline", "iso-active"], "--baseline"),
    (["run", "--tokens", "0"], "'0' is not a token count"),
    (["run", "--tokens", "-1"], "'-1' is not a token count"),
    (["run", "--tokens", "--seed"], "'--seed' is not a token count"),
    (["models", "mixtral-8x7b", "--tokens", "-2"], "'-2' is not a token count"),
    (["run", "--threads", "-1"], "'-1' is not a count"),
    (["run", "--budget", "-1s"], "'-1s' is not a time"),
    (["run", "--memory", "-8GiB"], "'-8GiB' is not an amount of memory"),
    (["run", "--tokens=-1"], "'-1' is not a token count"),
    (["run", "--tokens", "1,,2"], "'' is not a token count"),
    (["run", "--tokens", "99999999999999999999"], "'99999999999999999999' is not a token count"),
    (["models", "mixtral-8x7b", "--tokens", "x"], "'x' is not a token count"),
    (
      ["models", "mixtral-8x7b", "--tokens", "1-4"],
      "'1-4' is not a token count; give a whole number"
    ),
    (["run", "--tokens", "8-1"], "the range '8-1' runs backwards; give 1-8"),
    (["sweep"], "architecture"),
    (["sweep", "mixtral-8x7"], "mixtral-8x7b"),
    (["sweep", "olmoe-1b-7b", "mixtral-8x7b"], "mixtral-8x7b"),
    (["sweep", "olmoe-1b-7b", "--tokens", ""], "'' is not a token count"),
    (["sweep", "olmoe-1b-7b", "--tokens", "0-4"], "'0-4' is not a token count"),
    (["sweep", "olmoe-1b-7b", "--tokens", "4-"], "'4-' is not a token count"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-8*1"], "the factor of '1-8*1' is '1'"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-8*"], "the factor of '1-8*' is ''"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-8*1.5"], "the factor of '1-8*1.5' is '1.5'"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-8+0"], "the step of '1-8+0' is '0'"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-4096"], "'1-4096' has more than 64 numbers"),
    (["sweep", "olmoe-1b-7b", "--tokens", "1-99999999999999999999"], "is not a token count"),
    (["sweep", "olmoe-1b-7b", "--experts", "0"], "'0' is not a number of experts"),
    (["sweep", "olmoe-1b-7b", "--top-k", "x"], "'x' is not a top-k"),
    (["sweep", "olmoe-1b-7b", "--threads", "0"], "'0' is not a thread count"),
    (["sweep", "olmoe-1b-7b", "--threads", "1,65536"], "--threads 65536 is more than"),
    (["sweep", "olmoe-1b-7b", "--budget", "0"], "'0' is not a time"),
    (
      ["sweep", "olmoe-1b-7b", "--experts", "8,16", "--top-k", "4-16*2"],
      "olmoe-1b-7b cannot be had with --experts 8 and --top-k 16: top-k 16 exceeds"
    ),
    (["sweep", "deepseek-v3", "--experts", "100"], "groups of 100 experts cannot give 8"),
    (["sweep", "llama2-70b", "--experts", "8"], "llama2-70b routes no tokens, so --experts"),
    (["sweep", "llama2-70b"], "llama2-70b routes no tokens, so it has no iso-total counterpart"),
    (
      ["sweep", "olmoe-1b-7b", "--tokens", "1-64", "--top-k", "1-8"],
      "64 token counts x 8 values of top-k are 512 points, and a sweep measures at most 256"
    ),
    (["run", "--threads", "0"], "'0' is not a count"),
    (["run", "--budget", "0s"], "'0s' is not a time"),
    (["run", "--budget", "nan"], "'nan' is not a time"),
    (["run", "--budget", "1e400s"], "'1e400s' is not a time"),
    (["run", "--budget", "5 parsecs"], "'5 parsecs' is not a time"),
    (["run", "--memory", "0GiB"], "'0GiB' is not an amount of memory"),
    (["run", "--memory", "1e30GiB"], "'1e30GiB' is not an amount of memory"),
    (["run", "--memory", "8 apples"], "'8 apples' is not an amount of memory"),
    (["run", "--routing", "zipf:-1"], "'zipf:-1' is not a routing"),
    (["run", "--routing", "zipf:x"], "'zipf:x' is not a routing"),
    (["run", "--routing", "trace:"], "'trace:' is not a routing"),
    (["run", "--routing", "trace:#layer=1"], "'trace:#layer=1' is not a routing"),
    (["run", "--routing", "trace:a#layer=x"], "'trace:a#layer=x' is not a routing"),
    (["run", "--routing", "trace:a,b.jsonl"], "a name that has no comma"),
    (["routing"], "file"),
    (["routing", "a#layer=-1"], "'a#layer=-1' names no recording"),
    (["routing", "a", "--architecture", "olmo-1b-7b"], "olmoe-1b-7b"),
    (["run", "--precision", "f64"], "f64"),
    (["run", "--engine", "gpu"], "gpu"),
    (["run", "--seed", "-1"], "'-1' is invalid for '--seed"),
    (["run", "--engine", "tile", "--blas", "libopenblas.so.0"], "--blas names a library"),
    (["roofline", "--precision", "f64"], "f64"),
    (["roofline", "--threads", "0"], "'0' is not a count"),
    (["run", "--format", "xml"], "xml"),
    (["gemm", "--m", "0"], "'0' is not a token count"),
    (["gemm", "--n", "0"], "'0' is not a size"),
    (["gemm", "--k=-1"], "'-1' is not a size"),
    (["gemm", "--n", "99999999999999999999"], "'99999999999999999999' is not a size"),
    (["gemm", "--n", "16777217"], "'16777217' is not a size"),
    (["gemm", "--threads", "0"], "'0' is not a count"),
    (["report"], "record"),
    (["verify"], "directories"),
  ]

  @Test(arguments: mistakes)
  func aMistakeGetsItsSentence(_ arguments: [String], _ fragment: String) throws {
    let outcome = try Executable.release().run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(fragment))
    #expect(outcome.errors.hasPrefix("tenfold: "))
    #expect(outcome.errors.count { $0 == "\n" } == 1, "one sentence, one line")
  }
}
