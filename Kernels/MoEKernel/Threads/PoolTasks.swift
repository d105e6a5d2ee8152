import Synchronization

/// The tasks of one region, taken in order, `grain` of them by one atomic addition.
struct Tasks<Context> {
  let count: Int
  let grain: Int
  let context: Context
  let body: (Context, Int, Int) -> Void
  let state: PoolState

  func work(as worker: Int) {
    while true {
      let first = state.nextTask.wrappingAdd(grain, ordering: .relaxed).oldValue
      if first >= count { return }
      for index in first..<min(first + grain, count) { body(context, worker, index) }
    }
  }
}

/// The tasks of one region whose threads may look one task ahead.
struct TasksAhead<Context> {
  let count: Int
  let isAhead: Bool
  let context: Context
  let body: (Context, Int, Int, Int) -> Void
  let state: PoolState
  /// When each worker began and ended, by its own clock readings.
  let spans: WorkerSpans

  /// Takes tasks until there are none, with `isAhead` the next before the body of the present one.
  func work(as worker: Int) {
    let begin = MonotonicClock.nanoseconds()
    var index = take()
    let hasTasks = index < count
    while index < count {
      let next = isAhead ? take() : count
      body(context, worker, index, next)
      index = isAhead ? next : take()
    }
    spans.note(worker, begin: begin, end: hasTasks ? MonotonicClock.nanoseconds() : begin)
  }

  private func take() -> Int {
    min(count, state.nextTask.wrappingAdd(1, ordering: .relaxed).oldValue)
  }
}
