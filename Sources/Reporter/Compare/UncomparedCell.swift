import ModelSpec

/// A cell of one record or both that is not compared.
///
/// It may hide a slowdown: a side that became slow is measured at a smaller fraction of its
/// intermediate size, or not at all before the run is interrupted. So nothing passes beside such a
/// cell.
struct UncomparedCell: Hashable, Sendable {
  /// What keeps a cell from being compared.
  enum Cause: Hashable, Sendable, CaseIterable {
    /// HEAD lacks it.
    case onlyInBase
    /// BASE lacks it.
    case onlyInHead
    /// Both records hold it, but measured other work (`CellMatching.Match.differingWork`).
    case otherWork
    /// A record holds it without times, for it failed or was left out there.
    case notMeasured
    /// Both records hold it, but the times of one cannot be averaged.
    case unusable
    /// Both records hold it, under conditions that this build does not know, such as a weight
    /// format of a later version.
    case unknown

    /// The cause in words that follow a number of cells: `12 only in BASE`.
    var name: String {
      switch self {
      case .onlyInBase: "only in BASE"
      case .onlyInHead: "only in HEAD"
      case .otherWork: "in another form"
      case .notMeasured: "not measured"
      case .unusable: "without usable times"
      case .unknown: "of an unknown kind"
      }
    }
  }

  /// The pairing and the conditions, as `CellMatching.Match.id`.
  let id: String
  let cause: Cause
  /// The cause with its particulars, to follow the id and a colon.
  let reason: String

  /// A cell that one record lacks.
  init(_ id: String, onlyIn cause: Cause) {
    self.init(id, cause, reason: cause.name)
  }

  init(_ id: String, _ cause: Cause, reason: String) {
    self.id = id
    self.cause = cause
    self.reason = reason
  }
}

extension CellMatching.Match {
  /// Why the times of the two cells are not of the same work; `nil` when they are.
  ///
  /// A side that is too slow for the budget is measured at a fraction of its intermediate size.
  /// Which fraction depends on how fast the machine was at the time, and times scaled up from two
  /// fractions differ by several percent. Other FLOPs mean another architecture under the same
  /// name, such as a changed config.json; other distinct experts mean another draw of the routing,
  /// which a build can change too.
  var differingWork: String? {
    func measuredPart(_ side: Side) -> String {
      "\(side.scaled ?? "all") of its width"
        + (side.residentExperts.map {
          base.routes ? " with experts \($0)" : " with \($0) parts of its weights"
        } ?? "")
    }
    let sides = [
      ("baseline", base.sides.baseline, head.sides.baseline),
      ("candidate", base.sides.candidate, head.sides.candidate),
    ]
    for (name, before, after) in sides where measuredPart(before) != measuredPart(after) {
      return "the \(name) was measured at \(measuredPart(before)) in BASE and at "
        + "\(measuredPart(after)) in HEAD"
    }
    for (name, before, after) in sides where before.flops != after.flops {
      return "a pass of the \(name) is \(before.flops) FLOPs in BASE and \(after.flops) in HEAD"
    }
    guard let old = base.routing, let new = head.routing else { return nil }
    let routings = [
      (\RoutingSummary.distinctExperts, "tokens reached", "distinct experts"),
      (\.maxOverMean, "the busiest expert had", "times the mean"),
    ]
    for (value, beginning, end) in routings {
      let (before, after) = (old[keyPath: value], new[keyPath: value])
      if before != after {
        let figures = [before, after].map { Figures.significant($0, digits: 6, trimmed: true) }
        return "\(beginning) \(figures[0]) \(end) in BASE and \(figures[1]) \(end) in HEAD"
      }
    }
    return nil
  }
}

extension RecordComparison {
  /// What the comparison lacks, as a part of a sentence: how many cells are not compared, the first
  /// of each cause by name, and which record is not complete; `nil` for nothing.
  var gaps: String? {
    let parts = [uncomparedSentence].compactMap(\.self) + incomplete
    return parts.isEmpty ? nil : parts.joined(separator: ", and ")
  }

  /// True when a record is not complete.
  var isPartial: Bool { !incomplete.isEmpty }

  /// Which record is not complete, or not to be relied on: `HEAD is interrupted`.
  private var incomplete: [String] {
    [("BASE", base.record), ("HEAD", head.record)].flatMap { name, record in
      (record.status == .complete ? [] : ["\(name) is \(record.status.rawValue)"])
        + (record.options.effort.map { ["\(name) was measured with a \($0) effort"] } ?? [])
    }
  }

  private var uncomparedSentence: String? {
    guard !uncompared.isEmpty else { return nil }
    let causes = UncomparedCell.Cause.allCases.compactMap { cause -> String? in
      let ids = uncompared.filter { $0.cause == cause }.map(\.id)
      guard !ids.isEmpty else { return nil }
      var named = ids.prefix(Self.mostNamed).joined(separator: ", ")
      if ids.count > Self.mostNamed { named += " and \(ids.count - Self.mostNamed) more" }
      return "\(ids.count) \(cause.name) (\(named))"
    }
    return "\(uncompared.count) of \(Figures.count(cells.count + uncompared.count, "cell")) "
      + "\(uncompared.count == 1 ? "is" : "are") not compared: \(causes.joined(separator: ", "))"
  }

  /// Cells of each cause that a sentence names; the list below it names all.
  private static let mostNamed = 3
}
