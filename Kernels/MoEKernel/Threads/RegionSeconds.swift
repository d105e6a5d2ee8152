/// How the threads of a pool spent one region of work, or several after one another.
///
/// `busy` + `waiting` ≤ `wall`: what is missing went into waking the threads and joining them.
public struct RegionSeconds: Hashable, Sendable {
  /// From the start of a region to its end, by the caller's clock.
  public internal(set) var wall = 0.0
  /// From a thread's first task to its last, mean over the threads.
  public internal(set) var busy = 0.0
  /// From a thread's last task to the last of all, mean over the threads.
  public internal(set) var waiting = 0.0

  /// The times of two regions one after the other, added field by field.
  static func + (left: RegionSeconds, right: RegionSeconds) -> RegionSeconds {
    RegionSeconds(
      wall: left.wall + right.wall, busy: left.busy + right.busy,
      waiting: left.waiting + right.waiting)
  }

  /// A region that the caller did alone while the other threads had nothing to do.
  static func alone(nanoseconds: Int, threads: Int) -> RegionSeconds {
    let (wall, share) = (Double(nanoseconds) * 1e-9, 1 / Double(threads))
    return RegionSeconds(wall: wall, busy: wall * share, waiting: wall * (1 - share))
  }
}

/// When each worker of a region began and ended its tasks.
///
/// Each worker writes its own, and the caller reads them when all have returned; the pool's barrier
/// orders the two.
struct WorkerSpans {
  private struct Span: BitwiseCopyable {
    var begin = 0
    var end = 0
  }

  private let spans: AlignedBuffer<Span>
  private let workers: Int

  /// Spans from one worker's to the next, a cache line, against false sharing.
  private static let stride = 64 / MemoryLayout<Span>.stride

  init(workers: Int) {
    self.workers = workers
    spans = AlignedBuffer(count: workers * Self.stride)
  }

  /// Keeps a worker's span in nanoseconds, empty when there was no task left for it.
  func note(_ worker: Int, begin: Int, end: Int) {
    spans.base[worker * Self.stride] = Span(begin: begin, end: end)
  }

  /// What the spans of the last region come to.
  ///
  /// A thread that woke up after the last task neither worked nor waited for work: its time, and that
  /// of the others until it returned, is synchronisation.
  func seconds(wall nanoseconds: Int) -> RegionSeconds {
    var (lastEnd, busy, waiting) = (0, 0, 0)
    for worker in 0..<workers {
      let span = spans.base[worker * Self.stride]
      if span.end > span.begin { lastEnd = max(lastEnd, span.end) }
    }
    for worker in 0..<workers {
      let span = spans.base[worker * Self.stride]
      busy += span.end - span.begin
      waiting += max(0, lastEnd - span.end)
    }
    let scale = 1e-9 / Double(workers)
    return RegionSeconds(
      wall: Double(nanoseconds) * 1e-9, busy: Double(busy) * scale,
      waiting: Double(waiting) * scale)
  }
}
