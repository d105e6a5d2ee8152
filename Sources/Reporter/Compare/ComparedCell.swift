import ModelSpec

/// A cell of both records with its three changes and what follows from them.
struct ComparedCell: Sendable {
  /// A cell of both records before anything is decided.
  struct Measured {
    let match: CellMatching.Match
    let before: CellTimes
    let after: CellTimes
    let changes: PerQuantity<QuantityChange>

    init(match: CellMatching.Match, before: CellTimes, after: CellTimes) {
      self.match = match
      self.before = before
      self.after = after
      changes = PerQuantity { QuantityChange($0, from: before, to: after) }
    }
  }

  /// The change of one quantity and the verdict on it alone.
  struct Judged: Sendable {
    let change: ChangeEstimate
    let verdict: CompareVerdict
  }

  let id: String
  /// The cell of BASE.
  let baseCell: Cell
  /// The cell of HEAD.
  let cell: Cell
  let quantities: PerQuantity<Judged>
  /// Read bandwidth beside the cell in BASE and HEAD, where it differs so much that times cannot tell.
  let unsteadyBandwidths: (base: Double, head: Double)?
  /// True when both records hold the very same rounds of the cell.
  let isSameMeasurement: Bool
  /// The most urgent of its quantities.
  let verdict: CompareVerdict
  /// The candidate's change as a fraction; cells of equal urgency are sorted by it.
  var candidateLoss: Double { quantities.candidateSeconds.change.median }

  /// Judges all cells at once: how much one may move before it stands out depends on the others.
  ///
  /// - Parameter baselineIsFaster: whether baselines as a whole became faster: a smaller ratio is
  ///   then no regression, also where the cell alone does not show its baseline to be faster.
  static func judged(
    _ cells: [Measured], by policy: ComparePolicy, baselineIsFaster: Bool
  ) -> [ComparedCell] {
    let drifts = PerQuantity { quantity in
      policy.drift(quantity, cells.map { $0.changes[quantity] })
    }
    let questions = cells.flatMap { cell in
      ComparedQuantity.allCases.map { quantity -> (change: QuantityChange, error: Double) in
        let change = cell.changes[quantity]
        return (change, change.error(drift: drifts[quantity]))
      }
    }
    let verdicts = policy.verdicts(questions)
    return cells.enumerated().map { index, measured in
      let first = index * ComparedQuantity.allCases.count
      let quantities = PerQuantity { quantity in
        let place = first + (ComparedQuantity.allCases.firstIndex(of: quantity) ?? 0)
        let (change, error) = questions[place]
        return Judged(
          change: change.estimate(quantity, reach: ComparePolicy.cellReach * error),
          verdict: verdicts[place])
      }
      return ComparedCell(
        id: measured.match.id, baseCell: measured.match.base, cell: measured.match.head,
        quantities: quantities,
        unsteadyBandwidths: measured.bandwidths(ifUnsteadyBy: policy),
        isSameMeasurement: measured.changes.timeRatio.isSameMeasurement,
        verdict: PerQuantity<CompareVerdict> { quantities[$0].verdict }
          .combined(baselineIsFaster: baselineIsFaster))
    }
  }
}

extension ComparedCell.Measured {
  fileprivate func bandwidths(ifUnsteadyBy policy: ComparePolicy) -> (base: Double, head: Double)? {
    guard let base = before.bandwidth, let head = after.bandwidth,
      policy.steady([changes.candidateSeconds, changes.baselineSeconds]).count < 2
    else { return nil }
    return (base, head)
  }
}

extension QuantityChange {
  /// Standard error of the change between two runs that drift by `drift`.
  fileprivate func error(drift: Double) -> Double {
    isSameMeasurement ? 0 : (drift * drift + standardError * standardError).squareRoot()
  }

  /// The change with an interval that reaches beyond all readings.
  fileprivate func estimate(_ quantity: ComparedQuantity, reach: Double) -> ChangeEstimate {
    ChangeEstimate(quantity, loss: centre, from: low - reach, to: high + reach)
  }
}
