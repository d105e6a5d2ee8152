import ModelSpec

/// Writes the times of a run as google-benchmark does (`--benchmark_format=json`), which its `compare.py`,
/// Bencher (`cpp_google`), Conbench and github-action-benchmark (`googlecpp`) read.
///
/// One entry for each series, because readers take repetitions for results of their own. Only the clock on
/// the wall was read: `cpu_time` is `real_time`. The name of the host is not in it; `host_name` tells machines
/// apart by their fingerprint.
public enum GoogleBenchmarkJSON {
  /// The document, with a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public static func render(_ run: MeasuredRun) throws(RecordError) -> String {
    let benchmarks = run.series.enumerated().compactMap { index, series in
      series.nanoseconds.map { benchmark(series, $0.value, index) }
    }
    return try JSONText.render(
      JSONValue.object(["context": context(run), "benchmarks": .list(benchmarks)]))
  }

  private static func context(_ run: MeasuredRun) -> JSONValue {
    .object([
      "date": .text(run.created), "host_name": .text(run.machine.fingerprint),
      "executable": .text(run.title), "num_cpus": .count(run.machine.effectiveCPUs),
      // Bencher's reader wants the list, and nothing in it.
      "caches": .list([]), "library_build_type": .text("release"),
      "json_schema_version": .count(1),
      "commit": .text(run.commit ?? MachineIdentity.unknown),
      "cpu": .text(Escaping.terminal(run.machine.cpu)),
    ])
  }

  private static func benchmark(
    _ series: MeasuredRun.Series, _ nanoseconds: Double, _ index: Int
  ) -> JSONValue {
    // What a pass counts is a user counter, as the ratio is.
    var entry = JSONValue.counters(series, besides: reserved)
    entry["name"] = .text(series.name)
    entry["run_name"] = .text(series.name)
    entry["run_type"] = .text("iteration")
    entry["family_index"] = .count(index)
    entry["per_family_instance_index"] = .count(0)
    entry["repetitions"] = .count(1)
    entry["repetition_index"] = .count(0)
    entry["threads"] = .count(1)
    entry["iterations"] = .count(max(1, series.rounds))
    entry["real_time"] = .number(nanoseconds)
    entry["cpu_time"] = .number(nanoseconds)
    entry["time_unit"] = .text("ns")
    if let note = series.note { entry["label"] = .text(note) }
    return .object(entry)
  }

  /// Keys that an entry has of its own, or that readers take for something else.
  private static let reserved: Set<String> = [
    "name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions",
    "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit", "label",
    "aggregate_name", "aggregate_unit", "error_occurred", "error_message", "skipped",
    "skip_message",
    "big_o", "rms", "complexity_n",
  ]
}

/// Writes the times of a run in Bencher's own format (BMF), which alone has room for both ends of an interval.
///
/// A benchmark for each series, with the measure `latency` in nanoseconds; on a candidate's side also
/// `time-ratio`, and a measure for each count of a pass.
public enum BencherMetricFormat {
  /// The document, with a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public static func render(_ run: MeasuredRun) throws(RecordError) -> String {
    var benchmarks: [String: JSONValue] = [:]
    for series in run.series {
      guard let latency = series.nanoseconds else { continue }
      var measures: [String: JSONValue] = [:]
      for amount in series.work { measures[amount.name] = .object(["value": .count(amount.count)]) }
      if let ratio = series.timeRatio { measures["time-ratio"] = metric(ratio) }
      measures["latency"] = metric(latency)
      benchmarks[series.name] = .object(measures)
    }
    return try JSONText.render(JSONValue.object(benchmarks))
  }

  private static func metric(_ estimate: Estimate) -> JSONValue {
    var metric = ["value": JSONValue.number(estimate.value)]
    if let interval = estimate.interval {
      metric["lower_value"] = .number(interval.low)
      metric["upper_value"] = .number(interval.high)
    }
    return .object(metric)
  }
}

/// Writes the times of a run for github-action-benchmark (`tool: customSmallerIsBetter`).
///
/// A file of that tool has one direction, so ratios, of which larger ones are better, stand beside the
/// candidate's time as words.
public enum ActionBenchmarkJSON {
  /// The document, with a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public static func render(_ run: MeasuredRun) throws(RecordError) -> String {
    let entries = run.series.compactMap { series -> JSONValue? in
      guard let milliseconds = series.seconds.scaled(by: 1e3) else { return nil }
      var entry: [String: JSONValue] = [
        "name": .text(series.name), "unit": .text("ms"), "value": .number(milliseconds.value),
      ]
      if let interval = milliseconds.interval {
        let reach = interval.reach(from: milliseconds.value)
        entry["range"] = .text("± " + Figures.significant(reach, trimmed: true))
      }
      let words = [series.note, series.timeRatio.map { "time ratio \(Figures.ratio($0.value))" }]
        .compactMap(\.self)
      if !words.isEmpty { entry["extra"] = .text(words.joined(separator: ", ")) }
      return .object(entry)
    }
    return try JSONText.render(JSONValue.list(entries))
  }
}

/// A value of JSON, for documents whose keys are names from elsewhere.
private indirect enum JSONValue: Encodable {
  case text(String)
  case number(Double)
  case count(Int)
  case list([JSONValue])
  case object([String: JSONValue])

  /// Counts of a pass and the ratio as keys of an object; a count with a name that is taken gets `work_` in front.
  static func counters(
    _ series: MeasuredRun.Series, besides reserved: Set<String>
  ) -> [String: JSONValue] {
    var counters: [String: JSONValue] = [:]
    for amount in series.work {
      let name = reserved.contains(amount.name) ? "work_\(amount.name)" : amount.name
      counters[name] = .count(amount.count)
    }
    if let ratio = series.timeRatio { counters["time_ratio"] = .number(ratio.value) }
    return counters
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .count(let count): try container.encode(count)
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    }
  }
}
