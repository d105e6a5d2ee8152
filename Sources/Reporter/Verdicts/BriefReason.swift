import ModelSpec

extension Report.Section {
  /// The most favourable cell of a verdict; `nil` where no cell stands for the claim.
  func best(of verdict: Verdict) -> Cell? { cell(of: verdict, at: verdict.best) }

  /// The least favourable cell; `nil` when none is less favourable than the best.
  func worst(of verdict: Verdict) -> Cell? { cell(of: verdict, at: verdict.worst) }

  private func cell(of verdict: Verdict, at place: Verdict.Place?) -> Cell? {
    guard let place else { return nil }
    return named.record.cells.first {
      $0.candidate == verdict.candidate && $0.baseline == verdict.baseline
        && Verdict.Place($0) == place
    }
  }
}

/// Why a verdict is what it is, in about a line: what FLOPs allow, where the best and the worst cell lie,
/// and what costs most there.
///
/// The full reason is the verdict's own `reason`.
struct BriefReason {
  private let section: Report.Section

  init(_ section: Report.Section) {
    self.section = section
  }

  /// The reason, without a full stop; empty where no cell decided.
  func text(of verdict: Verdict) -> String {
    guard let best = section.best(of: verdict) else { return "" }
    let worst = section.worst(of: verdict)
    let names = CellNames(
      section.named.record.cells.filter {
        $0.candidate == best.candidate && $0.baseline == best.baseline
      })
    let places = [
      (worst == nil ? "" : "best ") + "at \(names.conditions(of: best))",
      worst.map {
        "worst \(Figures.ratio($0.timeRatio.median)) at \(names.brief(of: $0))\(cause(of: $0))"
      } ?? "",
    ].filter { !$0.isEmpty }
    return ([lead(of: verdict, best)] + places).joined(separator: "; ")
      + (worst == nil ? cause(of: best) : "")
  }

  /// What decides: the FLOP ratio where it is already below the claim, else the main cause.
  private func lead(of verdict: Verdict, _ best: Cell) -> String {
    let counted = Figures.ratio(best.flopRatio)
    guard let claimed = verdict.claimed else {
      return "no number is claimed; FLOPs give \(counted)"
    }
    let needed = VerdictRules.needed(claimed, verdict.qualifier)
    switch verdict.verdict {
    case .undecided: return "the interval holds \(Figures.ratio(needed)); FLOPs give \(counted)"
    case .fallsShort:
      return best.flopRatio < needed
        ? "FLOPs give only \(counted)"
        : "FLOPs give \(counted)" + (MainCause(best).map { ", \($0.text) keeps it below" } ?? "")
    case .delivered, .exceeded, .notAKernelClaim, .notMeasured: return "FLOPs give \(counted)"
    }
  }

  private func cause(of cell: Cell) -> String { MainCause(cell).map { " (\($0.text))" } ?? "" }
}

/// The factor of a cell's explanation that does most of what the whole chain does, where that is worth a
/// word.
struct MainCause {
  /// The cause in a word with its factor: `memory ×0.43`.
  let text: String
  /// How it stands out: below ×1 the candidate loses by it, above ×1 the baseline.
  let tone: Table.Tone

  /// `nil` without an explanation, beside causes of a later version, and where nothing matters.
  init?(_ cell: Cell) {
    guard let main = cell.explanation?.mainFactor, main.factor.isFinite,
      !ExplanationTables.isSmall(main.factor)
    else { return nil }
    text = "\(main.name.word) \(Figures.factor(main.factor))"
    tone = main.factor < 1 ? .bad : .good
  }
}

extension Explanation.Cause {
  /// The cause in a word, for where there is room for one.
  fileprivate var word: String {
    switch self {
    case .memoryTraffic: "memory"
    case .tileRemainder: "tiles"
    case .engineShortfall: "engine"
    case .loadImbalance: "imbalance"
    case .dispatchAndCombine: "dispatch"
    default: label(routes: false)
    }
  }
}
