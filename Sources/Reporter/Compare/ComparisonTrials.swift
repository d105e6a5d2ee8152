import ModelSpec

extension ComparisonTrial {
  /// What a comparison says of two records of one build, as they are and with a tenth more work in the later one.
  ///
  /// Both are taken for records of two builds: of one it would say that there is nothing to measure. The work is
  /// added to the times of a real record, so that all else in them is what a machine does.
  ///
  /// - Parameters:
  ///   - base: the record that was measured first.
  ///   - head: the record of the same build that was measured after it.
  ///   - tolerance: the accepted loss, such as 0.03.
  /// - Throws: `CompareError` when they do not measure the same, or may be of two builds.
  public static func trials(
    base: NamedRecord, head: NamedRecord, tolerance: Double
  ) throws(CompareError) -> [ComparisonTrial] {
    guard let revision = base.commonRevision(with: head), case .committed(let commit) = revision
    else { throw .notOneBuild }
    var trials: [ComparisonTrial] = []
    for kind in Kind.allCases {
      let later = kind == .tenthPassTwice ? head.record.withTenthPassTwice : head.record
      let comparison = try RecordComparison(
        base: base.renamed("earlier", base.record), head: head.renamed("later", later),
        tolerance: tolerance)
      trials.append(
        ComparisonTrial(
          kind, commit: commit, machine: head.record.machine,
          isLike: head.record.options.like?.created == base.record.created, comparison.document))
    }
    return trials
  }
}

extension NamedRecord {
  /// The record as if another build had measured it.
  fileprivate func renamed(
    _ commit: String, _ record: Record
  ) throws(CompareError) -> NamedRecord {
    var record = record
    record.tool.commit = commit
    do {
      return try NamedRecord(name: name, timesOf: record)
    } catch {
      throw .unreadable("\(error)")
    }
  }
}

extension Record {
  /// The record with every tenth candidate pass counted twice.
  ///
  /// How many passes a slice has is not in a record; they are as many as fill `secondsOfASlice`, at least one.
  var withTenthPassTwice: Record {
    var record = self
    var passes = 0
    for index in record.cells.indices {
      for round in record.cells[index].rounds.indices {
        let seconds = record.cells[index].rounds[round].candidateSeconds
        let slices = record.cells[index].rounds[round].order.count { $0 == "B" }
        let own = max(1, slices) * max(1, Int((Self.secondsOfASlice / seconds).rounded(.up)))
        let twice = (passes..<passes + own).count { $0 % 10 == 9 }
        record.cells[index].rounds[round].candidateSeconds *= 1 + Double(twice) / Double(own)
        passes += own
      }
      guard let estimate = PairedEstimate(rounds: record.cells[index].rounds) else { continue }
      record.cells[index].timeRatio = estimate.ratio
      record.cells[index].sides.candidate.secondsMedian = estimate.candidateSeconds
      record.cells[index].realisedShare = estimate.ratio.median / record.cells[index].flopRatio
    }
    return record
  }

  /// A slice of a run has at least 20 ms (`MeasuringEffort`).
  private static let secondsOfASlice = 0.020
}
