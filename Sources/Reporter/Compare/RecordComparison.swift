import ModelSpec

/// Two records of the same work on the same machine, which tell whether a build became slower.
public struct RecordComparison: Sendable {
  /// What all cells together say of one quantity.
  struct Whole: Sendable {
    /// How far it moved; `nil` when too few cells are steady.
    let change: ChangeEstimate?
    let verdict: CompareVerdict
    /// Cells with which the machine did not interfere.
    let steadyCells: Int
  }

  /// The earlier build's record.
  public let base: NamedRecord
  /// The later build's record.
  public let head: NamedRecord
  /// The accepted loss, such as 0.03.
  public let tolerance: Double

  /// Most urgent first, then by what the candidate lost.
  let cells: [ComparedCell]
  /// What all cells together say.
  let whole: PerQuantity<Whole>
  /// True when there were enough steady cells to speak of a whole, in at least one quantity.
  let hasWhole: Bool
  /// Cells of both records without numbers to compare, each with its reason.
  let leftOut: [(id: String, reason: String)]
  let onlyInBase: [String]
  let onlyInHead: [String]

  /// Holds `head` against `base`.
  ///
  /// - Parameter tolerance: the accepted loss, above 0 and below 1, such as 0.03.
  /// - Throws: `CompareError` when the records do not measure the same under the same conditions.
  public init(base: NamedRecord, head: NamedRecord, tolerance: Double) throws(CompareError) {
    try Self.requireComparable(base, head)
    let pairing = CellPairing(base: base.record.cells, head: head.record.cells)
    guard !pairing.pairs.isEmpty else { throw .nothingInCommon }
    var measured: [ComparedCell.Measured] = []
    var leftOut: [(id: String, reason: String)] = []
    for pair in pairing.pairs {
      if let reason = pair.differingForm {
        leftOut.append((pair.id, reason))
        continue
      }
      do throws(CellTimes.Defect) {
        let before = try CellTimes(pair.base, ceilings: base.record.ceilings)
        let after = try CellTimes(pair.head, ceilings: head.record.ceilings)
        measured.append(.init(pair: pair, before: before, after: after))
      } catch {
        leftOut.append((pair.id, error.rawValue))
      }
    }
    guard !measured.isEmpty else {
      throw .nothingUsable(leftOut.map { "\($0.id): \($0.reason)" })
    }
    self.base = base
    self.head = head
    self.tolerance = tolerance
    self.leftOut = leftOut
    onlyInBase = pairing.onlyInBase
    onlyInHead = pairing.onlyInHead
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

  private static func requireComparable(
    _ base: NamedRecord, _ head: NamedRecord
  ) throws(CompareError) {
    do {
      let comparability = try Comparability(base: base.record, head: head.record)
      guard comparability.differences.isEmpty else {
        throw CompareError.differ(
          comparability.differences.map {
            "\($0.field) is '\($0.base)' in BASE and '\($0.head)' in HEAD"
          })
      }
    } catch let error as CompareError {
      throw error
    } catch {
      throw .unreadable("\(error)")
    }
  }

  /// What the whole says, and any single cell that stands out; the most urgent of all cells where they are too
  /// few to speak of a whole.
  public var verdict: CompareVerdict {
    let single = cells.map(\.verdict)
    let urgent = single.min { $0.severity < $1.severity } ?? .inconclusive
    guard hasWhole, urgent != .regression else { return urgent }
    return PerQuantity<CompareVerdict> { whole[$0].verdict }.combined(
      baselineIsFaster: false)
  }
}

extension CellPairing.Pair {
  /// Why the times of the two cells are not of the same work; `nil` when they are.
  ///
  /// A side that is too slow for the budget is measured at a fraction of its width. Which fraction depends
  /// on how fast the machine was at the time, and times scaled up from two fractions differ by several
  /// percent.
  fileprivate var differingForm: String? {
    func form(_ side: Side) -> String {
      "\(side.scaled ?? "all") of its width"
        + (side.residentExperts.map { " with experts \($0)" } ?? "")
    }
    for (name, before, after) in [
      ("baseline", base.sides.baseline, head.sides.baseline),
      ("candidate", base.sides.candidate, head.sides.candidate),
    ] where form(before) != form(after) {
      return "the \(name) was measured at \(form(before)) in BASE and at \(form(after)) in HEAD"
    }
    return nil
  }
}
