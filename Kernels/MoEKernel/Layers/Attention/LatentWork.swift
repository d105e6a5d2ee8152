/// The attention of some rows behind cached tokens, whose queries are in the latent space.
struct LatentWork {
  let core: LatentCore
  /// Which rows of the pass; those of `core` are numbered from 0.
  let rows: Range<Int>
  /// The sequences of the pass.
  let spans: [AttentionCore.Span]
  /// A row for each thread.
  let scratch: Rows

  /// Contexts in the latent space of all rows in one region, and in a second one what merges those that were
  /// cut.
  func run(_ pool: WorkerPool) -> RegionSeconds {
    let seconds = pool.forEach(tasks, isAhead: false, in: self) { work, worker, task, _ in
      work.perform(task, worker: worker)
    }
    guard (0..<rows.count).contains(where: { parts(row: $0) > 1 }) else { return seconds }
    let merging = (rows.count * core.spec.heads + Self.headsPerMerge - 1) / Self.headsPerMerge
    return seconds
      + pool.forEach(merging, isAhead: false, in: self) { work, _, index, _ in
        let end = min((index + 1) * Self.headsPerMerge, work.rows.count * work.core.spec.heads)
        for query in index * Self.headsPerMerge..<end { work.merge(query) }
      }
  }

  /// Heads that a thread merges at a time: some microseconds.
  private static let headsPerMerge = 16

  private func token(_ row: Int) -> LatentCore.Token {
    let row = rows.lowerBound + row
    for span in spans where row >= span.firstRow && row < span.firstRow + span.tokens {
      return LatentCore.Token(
        sequence: span.sequence, position: span.position + row - span.firstRow)
    }
    preconditionFailure("row \(row) is of no sequence")
  }

  private func parts(row: Int) -> Int { core.partCount(position: token(row).position) }

  /// Tasks of all rows, numbered one row after the other.
  private var tasks: Int {
    (0..<rows.count).reduce(0) { $0 + core.tasks(position: token($1).position) }
  }

  private func perform(_ task: Int, worker: Int) {
    var task = task
    for row in 0..<rows.count {
      let token = token(row)
      let tasks = core.tasks(position: token.position)
      if task < tasks {
        core.perform(task, row: row, of: token, scratch: scratch[worker])
        return
      }
      task -= tasks
    }
  }

  /// Merges the parts of one head of a row.
  private func merge(_ query: Int) {
    let parts = parts(row: query / core.spec.heads)
    if parts == 1 { return }
    core.parts.merge(
      parts: parts, query: query, of: core.contexts.count,
      sink: core.sinks.map { $0[query % core.spec.heads] }, into: core.contexts[query])
  }
}
