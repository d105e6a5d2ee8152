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
    // Tasks of prompts look ahead to what the next reads. Threads of single tokens would end at other times.
    let isAhead = spans.contains { $0.tokens > 1 }
    let seconds = pool.forEach(tasks, isAhead: isAhead, in: self) { work, worker, task, next in
      work.perform(task, next: next, worker: worker)
    }
    guard spans.contains(where: { core.partCount($0) > 1 }) else { return seconds }
    return seconds
      + pool.forEach(spans.count, isAhead: false, in: self) { work, _, span, _ in
        for head in 0..<work.core.spec.heads { work.core.merge(head: head, of: work.spans[span]) }
      }
  }

  /// The tasks of all spans are numbered one span after the other.
  private func perform(_ task: Int, next: Int, worker: Int) {
    guard let own = place(task) else { preconditionFailure("there is no task \(task)") }
    let upcoming = place(next).map { core.firstReads(of: $0.task, in: $0.span) }
    core.perform(own.task, of: own.span, upcoming: upcoming, scratch: scratch[worker])
  }

  /// The span of a task, and its number among those of the span; `nil` behind the last.
  private func place(_ task: Int) -> (task: Int, span: AttentionCore.Span)? {
    var task = task
    for span in spans {
      let tasks = core.tasks(of: span)
      if task < tasks { return (task, span) }
      task -= tasks
    }
    return nil
  }
}
