extension GateDocument {
  /// Controls that did not come out as they must.
  public var failedControls: [Control] { controls.filter { !$0.passed } }

  /// What the cells say together: a gate whose controls failed, or that was stopped, can tell nothing; one
  /// regression is one of the whole; one cell that cannot be told keeps the whole from passing.
  public var verdictOfCells: CompareVerdict {
    guard failedControls.isEmpty, status == .complete else { return .inconclusive }
    return cells.map(\.verdict).min { $0.severity < $1.severity } ?? .inconclusive
  }

  /// The verdict in a sentence or two.
  public var summaryOfCells: String {
    func count(_ verdict: CompareVerdict) -> Int { cells.count { $0.verdict == verdict } }
    let counts = [
      (count(.regression), "slower"), (count(.inconclusive), "undecided"),
      (count(.improvement), "faster"), (count(.pass), "no slower"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let total = "\(cells.count) \(cells.count == 1 ? "cell" : "cells")"
    var sentence = "Of \(total) \(counts.isEmpty ? "none was measured" : counts)."
    if status != .complete {
      sentence += " The gate was interrupted, so it decides nothing."
    }
    if let failed = failedControls.first {
      if let fault = failed.fault {
        return sentence
          + " Its control \(failed.name) was not measured (\(fault)), so no verdict can be relied on."
      }
      guard failed.pairs.count >= GatePolicy.looks(upTo: 0)[0] else {
        return sentence
          + " Its control \(failed.name) has \(failed.pairs.count) pairs, too few to tell "
          + "anything, so no verdict can be relied on; give it more time."
      }
      sentence +=
        failed.name == "dose"
        ? " It did not see its own dose (\(failed.treatment)), so it would not see a slowdown either; give it "
          + "a quieter machine or a larger --detect."
        : " Its control failed (\(failed.treatment) differs from the base), so no verdict can be relied on; "
          + "run it again on a quiet machine."
    }
    return sentence
  }
}
