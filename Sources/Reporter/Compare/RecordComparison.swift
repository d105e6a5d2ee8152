import ModelSpec

/// What `tenfold compare` makes of two records of one machine: whether a build became slower.
public struct RecordComparison: Sendable {
  /// What all cells together say of one quantity.
  struct Whole: Sendable {
    /// How far it moved; `nil` when too few cells are steady.
    let change: ChangeEstimate?
    let verdict: CompareVerdict
    /// Cells that the machine moved by less than the loss that a pass excludes
    /// (`ComparePolicy.steady`).
    let steadyCells: Int
  }

  /// The earlier build's record.
  public let base: NamedRecord
  /// The later build's record.
  public let head: NamedRecord
  /// The accepted loss as a fraction, such as 0.03.
  public let tolerance: Double

  /// Most urgent first, then by what the candidate lost.
  let cells: [ComparedCell]
  /// What all cells together say.
  let whole: PerQuantity<Whole>
  /// True when there were enough steady cells to speak of a whole, in at least one quantity.
  let hasWhole: Bool
  /// Cells that are not compared, each with its reason: those of both records, then those that only
  /// BASE holds, then those that only HEAD holds.
  let uncompared: [UncomparedCell]
  /// Whatever a reader should know about the two records.
  let cautions: [String]
  /// Whether the times of BASE are of another day, so that what a machine did in between counts as well.
  let isAdvisory: Bool
  /// The commit of both records, where they are of one build, so that there is nothing to tell apart;
  /// `nil` where the builds differ, or may.
  let commonRevision: BuildRevision?

  /// Holds `head` against `base`.
  ///
  /// - Parameters:
  ///   - tolerance: the accepted loss, above 0 and below 1, such as 0.03.
  ///   - stored: the name of the stored baseline that `base` is; `nil` for a record of the same job.
  /// - Throws: `CompareError` when the records do not measure the same under the same conditions.
  public init(
    base: NamedRecord, head: NamedRecord, tolerance: Double, stored: BaselineName? = nil
  ) throws(CompareError) {
    let comparability = try Self.comparability(base, head)
    let matching = CellMatching(base: base.record.cells, head: head.record.cells)
    let missing = Self.missing(base.record, head.record, matching)
    guard !matching.matches.isEmpty || missing.contains(where: { $0.cause == .notMeasured }) else {
      throw .nothingInCommon
    }
    var measured: [ComparedCell.Measured] = []
    var uncompared: [UncomparedCell] = []
    for match in matching.matches {
      let unknown = (match.base.unknownParts + match.head.unknownParts).uniqued()
      guard unknown.isEmpty else {
        let reason =
          "\(unknown.joined(separator: " and ")) \(unknown.count == 1 ? "is" : "are") not known "
          + "to this build"
        uncompared.append(.init(match.id, .unknown, reason: reason))
        continue
      }
      if let reason = match.differingWork {
        uncompared.append(.init(match.id, .otherWork, reason: reason))
        continue
      }
      do throws(CellTimes.Defect) {
        let work = match.base.sides
        let ceilings = MatchedCeilings(
          match, base: base.record.ceilings, head: head.record.ceilings)
        let before = try CellTimes(match.base, of: work, under: ceilings.base)
        let after = try CellTimes(match.head, of: work, under: ceilings.head)
        measured.append(.init(match: match, before: before, after: after))
      } catch {
        uncompared.append(.init(match.id, .unusable, reason: error.rawValue))
      }
    }
    uncompared += missing
    self.base = base
    self.head = head
    self.tolerance = tolerance
    isAdvisory = stored != nil
    self.uncompared = uncompared
    let commonRevision = base.commonRevision(with: head)
    self.commonRevision = commonRevision
    let advisory = stored.map {
      "BASE is the stored baseline @\($0), with times of another day (\(base.record.created)): what is found "
        + "is advice, for the machine may have changed since; to decide, measure both builds in one job."
    }
    cautions =
      [advisory].compactMap(\.self)
      + comparability.cautions.map { difference in
        let effect =
          commonRevision == nil
          ? "what that moved is taken for the build's" : "what moved may be that"
        let remedy =
          difference.isChoice ? "; tenfold run --like BASE measures HEAD by the same" : ""
        return "\(difference.sentence): \(effect)\(remedy)."
      } + base.cautions(as: "BASE") + head.cautions(as: "HEAD")
    let policy = ComparePolicy(accepting: tolerance)
    whole = PerQuantity { quantity in
      Self.whole(quantity, measured.map { $0.changes[quantity] }, policy)
    }
    hasWhole = ComparedQuantity.allCases.contains { [whole] in whole[$0].change != nil }
    cells = ComparedCell.judged(
      measured, by: policy, baselineIsFaster: whole.baselineSeconds.verdict == .improvement
    ).sorted {
      ($0.verdict.severity, -$0.candidateLoss, $0.id)
        < ($1.verdict.severity, -$1.candidateLoss, $1.id)
    }
  }

  /// Cells of which one record has no times: because they failed or were left out there, with the reason, or
  /// because it does not hold them.
  private static func missing(
    _ base: Record, _ head: Record, _ matching: CellMatching
  ) -> [UncomparedCell] {
    let endings = [
      (base.unmeasured, "BASE", matching.onlyInHead, UncomparedCell.Cause.onlyInHead),
      (head.unmeasured, "HEAD", matching.onlyInBase, .onlyInBase),
    ]
    var missing: [UncomparedCell] = []
    var seen: Set<String> = []
    for (cells, name, _, _) in endings {
      for cell in cells where seen.insert(cell.id).inserted {
        missing.append(.init(cell.id, .notMeasured, reason: "in \(name) \(cell.ending)"))
      }
    }
    for (_, _, ids, cause) in endings.reversed() {
      missing += ids.filter { !seen.contains($0) }.map { .init($0, onlyIn: cause) }
    }
    return missing
  }

  private static func whole(
    _ quantity: ComparedQuantity, _ changes: [QuantityChange], _ policy: ComparePolicy
  ) -> Whole {
    let interval = policy.whole(changes)
    return Whole(
      change: interval.map {
        ChangeEstimate(quantity, loss: $0.median, from: $0.low, to: $0.high)
      },
      verdict: policy.verdict(interval), steadyCells: policy.steady(changes).count)
  }

  /// The differences between the records that a reader should know of.
  ///
  /// - Throws: `CompareError` for a difference that ends the comparison.
  private static func comparability(
    _ base: NamedRecord, _ head: NamedRecord
  ) throws(CompareError) -> Comparability {
    let comparability: Comparability
    do {
      comparability = try Comparability(base: base.record, head: head.record)
    } catch {
      throw .unreadable("\(error)")
    }
    guard comparability.differences.isEmpty else {
      throw .differ(comparability.differences.map(\.sentence))
    }
    return comparability
  }

  /// What the compared cells say of the builds; but beside a cell that is not compared, or in a record
  /// that is not complete, anything but a regression is inconclusive.
  public var verdict: CompareVerdict {
    let verdict = ofBuilds(comparedVerdict)
    return verdict == .regression || gaps == nil ? verdict : .inconclusive
  }

  /// What a verdict on times says of the two builds.
  ///
  /// A build is neither slower nor faster than itself, so what moved between two records of one commit
  /// is the machine's, or the commit is not what was measured: no verdict on a build, and no pass either.
  func ofBuilds(_ verdict: CompareVerdict) -> CompareVerdict {
    commonRevision != nil && verdict != .pass ? .inconclusive : verdict
  }

  /// What the whole says, unless a single cell is a regression; the most urgent of all cells where
  /// they are too few to speak of a whole.
  var comparedVerdict: CompareVerdict {
    let single = cells.map(\.verdict)
    let urgent = single.min { $0.severity < $1.severity } ?? .inconclusive
    guard hasWhole, urgent != .regression else { return urgent }
    return PerQuantity<CompareVerdict> { whole[$0].verdict }.combined(
      baselineIsFaster: false)
  }
}

extension NamedRecord {
  /// What a comparison should say of the record: that nobody can tell which build it is of, and why it is
  /// not complete.
  fileprivate func cautions(as place: String) -> [String] {
    let endings = record.status == .complete ? [] : record.cautions.map { "\(place): \($0)" }
    return [revision.caution(as: place)].compactMap(\.self) + endings
  }
}

/// Why two records cannot be held against each other.
public enum CompareError: Error, Hashable, Sendable, CustomStringConvertible {
  /// They differ in these fields, each told as `machine.cpu is 'A' in BASE and 'B' in HEAD`.
  case differ([String])
  /// They hold no cell that measures the same.
  case nothingInCommon
  /// A trial of one build was given records that may be of two.
  case notOneBuild
  /// A field of the record is no number.
  case unreadable(String)

  /// What is wrong and what to do; strings from files are made safe to print.
  public var description: String {
    switch self {
    case .differ(let fields):
      "\(fields.map(Escaping.terminal).joined(separator: "; ")); measure both builds on one machine "
        + "with the same toolchain, BLAS and seed"
    case .nothingInCommon:
      "no cell of one measures what a cell of the other does; measure the same models, baselines and "
        + "tokens with both builds"
    case .notOneBuild:
      "a trial takes two records of one known commit without changes; measure both with one executable"
    case .unreadable(let sentence):
      "\(Escaping.terminal(sentence)); give records that tenfold run wrote"
    }
  }
}
