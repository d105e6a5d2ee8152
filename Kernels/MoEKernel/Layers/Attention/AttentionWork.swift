/// The attention of some spans: threads share sequences, heads, tokens, and long contexts.
struct AttentionWork {
  let core: AttentionCore
  let spans: [AttentionCore.Span]
  /// A row for each thread.
  let scratch: Rows

  /// Scores, softmax and sums of values of all spans in one region, and in a second one what merges contexts that
  /// were cut.
  func run(_ pool: WorkerPool) -> RegionSeconds {
    let tasks = spans.reduce(0) { $0 + core.tasks(of: $1) }
    let seconds = pool.forEach(tasks, isAhead: false, in: self) { work, worker, task, _ in
      work.perform(task, worker: worker)
    }
    guard spans.contains(where: { core.partCount($0) > 1 }) else { return seconds }
    return seconds
      + pool.forEach(spans.count, isAhead: false, in: self) { work, _, span, _ in
        for head in 0..<work.core.spec.heads { work.core.merge(head: head, of: work.spans[span]) }
      }
  }

  /// The tasks of all spans are numbered one span after the other.
  private func perform(_ task: Int, worker: Int) {
    var task = task
    for span in spans {
      let tasks = core.tasks(of: span)
      if task < tasks {
        core.perform(task, of: span, scratch: scratch[worker])
        return
      }
      task -= tasks
    }
  }
}
