/// What every thread does in one region.
///
/// Threads are given a type and the address of its value, and no closure: one that knows a generic type would be
/// allocated for every region.
protocol Region {
  /// A thread's share.
  func work(as worker: Int)
}

extension Region {
  /// The same of a value at an address.
  static func work(at address: UnsafeRawPointer, as worker: Int) {
    address.assumingMemoryBound(to: Self.self).pointee.work(as: worker)
  }
}

/// A function that every thread calls once.
struct ThreadBody: Region {
  let body: (Int) -> Void

  func work(as worker: Int) { body(worker) }
}

/// The tasks of one region, taken some at a time.
struct Tasks<Context>: Region {
  let queue: TaskQueue<Context>
  let body: (Context, Int, Int) -> Void

  func work(as worker: Int) {
    let context = queue.context
    var passed = 0
    while true {
      let first = queue.take(worker: worker, passed: &passed)
      if first >= queue.count { return }
      for index in first..<min(first + queue.grain, queue.count) { body(context, worker, index) }
    }
  }
}

/// The tasks of one region whose threads may look one task ahead.
struct TasksAhead<Context>: Region {
  let queue: TaskQueue<Context>
  let isAhead: Bool
  let body: (Context, Int, Int, Int) -> Void
  /// When each worker began and ended, by its own clock readings.
  let spans: WorkerSpans

  /// Takes tasks until there are none, with `isAhead` the next before the body of the present one.
  func work(as worker: Int) {
    let begin = MonotonicClock.nanoseconds()
    let (context, count) = (queue.context, queue.count)
    var passed = 0
    var index = queue.take(worker: worker, passed: &passed)
    let hasTasks = index < count
    while index < count {
      let next = isAhead ? queue.take(worker: worker, passed: &passed) : count
      body(context, worker, index, next)
      index = isAhead ? next : queue.take(worker: worker, passed: &passed)
    }
    spans.note(worker, begin: begin, end: hasTasks ? MonotonicClock.nanoseconds() : begin)
  }
}
