import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// A gate's document judged once more from its pairs, as whoever reads it must.
///
/// A verdict that goes further than its pairs is refused; one that says less, because a worker failed or rounds were
/// disturbed, is not.
public struct GateReplay {
  private let document: GateDocument

  /// How much a figure may differ that was written with all of its digits: by nothing but rounding.
  private static let rounding = 1e-9

  /// A replay of a document.
  public init(_ document: GateDocument) { self.document = document }

  /// What the document says beyond its pairs, naming the cell; `nil` where it says nothing so.
  public var contradiction: String? {
    guard !document.cells.isEmpty else {
      return document.verdict == .pass && document.controls.isEmpty
        ? nil : "it has no cells, and its verdict is \(document.verdict.rawValue)"
    }
    guard Set(document.cells.map(\.id)).count == document.cells.count else {
      return "it has a cell twice"
    }
    guard (1e-9...Self.largestErrorRate).contains(document.options.suiteErrorRate) else {
      return "its error rate of \(document.options.suiteErrorRate) is none that a gate has"
    }
    guard document.controls.map(\.name).sorted() == Self.controls else {
      return "it lacks one of its controls \(Self.controls.joined(separator: ", "))"
    }
    let confirmed = document.cells.count { !$0.confirmation.isEmpty }
    if let told = document.options.confirmedCells, told < confirmed {
      return "\(confirmed) of its cells were confirmed, and share an error rate among \(told)"
    }
    for cell in document.cells {
      if let contradiction = contradiction(of: cell) { return "\(cell.id): \(contradiction)" }
    }
    for control in document.controls where control.passed && !passes(control) {
      return "the control \(control.name) did not pass by its pairs"
    }
    let whole = document.verdictOfCells
    guard document.verdict == whole || document.verdict == .inconclusive else {
      return "its verdict is \(document.verdict.rawValue), and its cells say \(whole.rawValue)"
    }
    return nil
  }

  /// The controls that every gate has, in the order of their names.
  private static let controls = ["dose", "layout", "same-code"]
  /// Pairs of a screen at the most in documents that do not say how many.
  private static let mostPairsUntold = 24
  /// More false alarms than this are no gate's.
  private static let largestErrorRate = 0.05

  private func contradiction(of cell: GateDocument.Cell) -> String? {
    let judged = GateJudgement(
      screen: cell.screen, confirmation: cell.confirmation, work: cell.work,
      layoutFloor: layoutFloor, by: policy(of: cell))
    if cell.verdict != .inconclusive, cell.verdict != judged.verdict {
      return "its verdict is \(cell.verdict.rawValue), and its pairs say \(judged.verdict.rawValue)"
    }
    guard cell.verdict == .inconclusive || cell.reason == judged.reason else {
      return "its reason is not what its pairs say"
    }
    let pairs = cell.screen + cell.confirmation
    func seconds(_ side: KeyPath<GateDocument.Pair, [Double]>) -> Double? {
      let all = pairs.flatMap { $0[keyPath: side] }
      return all.isEmpty ? nil : all.median
    }
    let figures = [
      ("change", cell.change?.median, judged.change?.median),
      ("change", cell.change?.low, judged.change?.low),
      ("change", cell.change?.high, judged.change?.high), ("bound", cell.bound, judged.bound),
      ("detectable change", cell.detectable, judged.detectable),
      ("probability", cell.probability, judged.probability),
      ("base seconds", cell.baseSeconds, seconds(\.baseSeconds)),
      ("head seconds", cell.headSeconds, seconds(\.headSeconds)),
    ]
    for (name, told, found) in figures where !Self.agree(told, found) {
      return "its \(name) is \(told.map { "\($0)" } ?? "absent"), and its pairs say "
        + "\(found.map { "\($0)" } ?? "nothing")"
    }
    return nil
  }

  private static func agree(_ told: Double?, _ found: Double?) -> Bool {
    guard let told else { return true }
    return found.map { abs(told - $0) <= rounding * (1 + abs($0)) } ?? false
  }

  private func policy(of cell: GateDocument.Cell) -> GatePolicy {
    let options = document.options
    let tolerance = min(max(0, cell.tolerance ?? options.tolerance), 1)
    return GatePolicy(
      detect: max(cell.detect ?? options.detect, tolerance.nextUp), tolerance: tolerance,
      suiteErrorRate: min(max(options.suiteErrorRate, 1e-9), 0.5),
      confirmedCells: min(options.confirmedCells ?? document.cells.count, 1 << 20),
      mostPairs: options.mostPairs ?? Self.mostPairsUntold)
  }

  /// What code placement alone changes, by the controls that were measured.
  private var layoutFloor: Double {
    document.controls.map { judgement(of: $0).layoutFloor }.max() ?? 0
  }

  private func passes(_ control: GateDocument.Control) -> Bool { judgement(of: control).passed }

  private func judgement(of control: GateDocument.Control) -> ControlJudgement {
    let cell = document.cells.first { $0.id == control.cell }
    return ControlJudgement(
      kind: control.name, changes: control.pairs.compactMap(\.change),
      by: cell.map(policy) ?? GatePolicy())
  }
}
