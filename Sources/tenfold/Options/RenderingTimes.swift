import ModelSpec
import Reporter

extension OutputOptions {
  /// The times of runs in the form of another program; all forms but histories are of one run.
  func render(_ runs: [OtavaHistory.Source]) throws(Failure) -> String {
    guard !runs.isEmpty else {
      throw Failure(
        .usage, "there is no run to tell the times of; name a record that tenfold run wrote")
    }
    switch resolvedFormat {
    case .otava: return try history(of: runs).csv
    case .otavaConfiguration:
      let history = try history(of: runs)
      return history.configuration(file: table ?? history.fileName)
    default: break
    }
    guard let run = runs.first?.run, runs.count == 1 else {
      throw Failure(
        .usage,
        "\(resolvedFormat.rawValue) is a form for the times of one run; name one file, or use --format otava "
          + "for a history")
    }
    do {
      switch resolvedFormat {
      case .googleBenchmark: return try GoogleBenchmarkJSON.render(run)
      case .bmf: return try BencherMetricFormat.render(run)
      case .githubActionBenchmark: return try ActionBenchmarkJSON.render(run)
      case .openmetrics: return OpenMetrics.render(run)
      default: throw notOffered()
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
  }

  /// The history of runs; what it leaves out goes to standard error.
  private func history(of runs: [OtavaHistory.Source]) throws(Failure) -> OtavaHistory {
    do {
      let history = try OtavaHistory(runs)
      for note in history.notes { StandardStream.note("tenfold: \(note)") }
      return history
    } catch {
      switch error {
      case .otherMachine: throw Failure(.notComparable, "\(error)")
      case .noTime, .nothingInCommon: throw Failure(.badInput, "\(error)")
      }
    }
  }

  /// The file of the table that a configuration belongs to: beside it, with another ending.
  private var table: String? {
    output.map { path in
      let endings = [".yaml", ".yml"]
      let stem = endings.first(where: path.hasSuffix).map { path.dropLast($0.count) } ?? path[...]
      return stem + ".csv"
    }
  }
}
