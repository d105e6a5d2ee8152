import CThread
import Glibc
import Synchronization

/// Persistent threads that run one parallel region at a time, the caller among them.
///
/// `run` is one region and ends with a barrier. Between regions the threads spin for some tens of
/// microseconds, longer than the gap between two regions of one pass, and then sleep. Inside a region,
/// every thread begins with its share of the tasks and then helps the others (`forEach`), so that none waits while
/// tasks are left. On machines with several NUMA nodes threads are bound to theirs, and begin with the tasks whose
/// weights lie there.
public final class WorkerPool {
  /// Threads of a region, the caller included: workers are numbered from 0, which is the caller.
  public let threads: Int

  private let state: PoolState
  private let spans: WorkerSpans
  private let binding: NodeBinding
  private var handles: [pthread_t] = []
  /// Where the caller could run before it was bound; `nil` when it was not.
  private let callerCPUs: cthread_cpus?

  /// Nodes that the threads are on: 1 where they are not bound.
  public var nodes: Int { max(1, binding.nodes.count) }

  /// Huge pages after which the nodes that they belong on are repeated.
  var homesPeriod: Int { binding.homes.count }

  /// The system's number of the node on which memory at an address belongs; `nil` where threads are not bound.
  func node(of address: UnsafeRawPointer) -> Int? {
    binding.nodes.isEmpty ? nil : binding.nodes[binding.home(of: address)].id
  }

  /// Starts `threads - 1` threads; the caller of `run` is the remaining one.
  ///
  /// - Parameter nodes: of the machine; several are shared by the threads, each bound to one. That includes the
  ///   calling thread as worker 0, until the pool ends. Of one or none, nothing is bound.
  public init(threads: Int, nodes: [ProcessorNode] = []) {
    precondition(threads >= 1, "a pool needs at least 1 thread, and \(threads) were asked for")
    self.threads = threads
    // A machine with more processors than a set has room for does not tell where the caller may run.
    let caller = cthread_get_cpus()
    let binds = nodes.count > 1 && !cthread_is_empty(caller)
    let binding = NodeBinding(threads: threads, among: binds ? nodes : [])
    self.binding = binding
    state = PoolState(workers: threads - 1)
    spans = WorkerSpans(workers: threads)
    callerCPUs = binding.nodes.isEmpty ? nil : caller
    for worker in 1..<max(threads, 1) {
      let start = Unmanaged.passRetained(
        WorkerStart(state, worker, binding.processors(of: worker)))
      var handle = pthread_t()
      let status = pthread_create(&handle, nil, workerMain, start.toOpaque())
      precondition(status == 0, "the system gave no thread: \(String(cString: strerror(status)))")
      handles.append(handle)
    }
    if let processors = binding.processors(of: 0) { cthread_set_cpus(processors) }
  }

  deinit {
    state.end()
    for handle in handles { pthread_join(handle, nil) }
    if let callerCPUs { cthread_set_cpus(callerCPUs) }
  }

  /// Calls `body` once on every thread with the worker's number and returns when all have returned.
  ///
  /// The body runs on several threads at once: what it writes must be its own. Regions do not nest.
  public func run(_ body: (_ worker: Int) -> Void) {
    if threads == 1 {
      body(0)
      return
    }
    withoutActuallyEscaping(body) { body in
      let region = ThreadBody(body: body)
      withUnsafePointer(to: region) { state.run($0, ThreadBody.self) }
    }
  }

  /// Calls `body` once for every index in `0..<count`, spread over the threads as they come free.
  ///
  /// - Parameter grain: Consecutive indices that a thread takes at a time. When there are no more than that,
  ///   the caller does all and wakes nobody.
  public func forEach(
    _ count: Int, grain: Int = 1, _ body: (_ worker: Int, _ index: Int) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      forEach(count, grain: grain, in: body) { body, worker, index in body(worker, index) }
    }
  }

  /// The same for timed passes: allocates nothing, as long as `body` captures nothing but is given
  /// all that it needs in `context`.
  ///
  /// - Parameters:
  ///   - home: where the memory of an index lies, whose node's threads take it first.
  ///   - staysHome: whether threads of other nodes leave it to these alone.
  func forEach<Context>(
    _ count: Int, grain: Int = 1, in context: Context,
    home: ((_ context: Context, _ index: Int) -> UnsafeRawPointer?)? = nil,
    staysHome: Bool = false,
    _ body: @escaping (_ context: Context, _ worker: Int, _ index: Int) -> Void
  ) {
    if threads == 1 || count <= grain {
      for index in 0..<max(count, 0) { body(context, 0, index) }
      return
    }
    let queue = TaskQueue(
      count: count, grain: grain, context: context, home: home, staysHome: staysHome,
      cursors: state.cursors, binding: binding)
    let tasks = Tasks(queue: queue, body: body)
    state.cursors.reset()
    withUnsafePointer(to: tasks) { state.run($0, Tasks<Context>.self) }
  }

  /// The same for products: each thread is told which index it will be given next, or `count` for none,
  /// and reads the clock when it begins and when it has done its last.
  ///
  /// - Parameters:
  ///   - isAhead: Threads take their next index before they work on the present one, so that
  ///     they can ask for the memory that it will need. At the end one thread may hold an index while
  ///     another has none, so tasks must be short against the region. Otherwise only a thread that is alone
  ///     is told its next index.
  ///   - home: where the weights of an index begin, whose node's threads take it first.
  /// - Returns: how the threads spent the region.
  @discardableResult
  func forEach<Context>(
    _ count: Int, isAhead: Bool, in context: Context,
    home: ((_ context: Context, _ index: Int) -> UnsafeRawPointer?)? = nil,
    _ body: @escaping (_ context: Context, _ worker: Int, _ index: Int, _ next: Int) -> Void
  ) -> RegionSeconds {
    let start = MonotonicClock.nanoseconds()
    if threads == 1 || count <= 1 {
      for index in 0..<max(count, 0) { body(context, 0, index, index + 1) }
      return .alone(nanoseconds: MonotonicClock.nanoseconds() - start, threads: threads)
    }
    let queue = TaskQueue(
      count: count, grain: 1, context: context, home: home, staysHome: false,
      cursors: state.cursors, binding: binding)
    let tasks = TasksAhead(queue: queue, isAhead: isAhead, body: body, spans: spans)
    state.cursors.reset()
    withUnsafePointer(to: tasks) { state.run($0, TasksAhead<Context>.self) }
    return spans.seconds(wall: MonotonicClock.nanoseconds() - start)
  }
}

/// What a new thread is given: an object, because a thread's argument is one pointer.
private final class WorkerStart {
  let state: PoolState
  let worker: Int
  /// The processors of the worker's node; `nil` to run anywhere.
  let cpus: cthread_cpus?

  init(_ state: PoolState, _ worker: Int, _ cpus: cthread_cpus?) {
    self.state = state
    self.worker = worker
    self.cpus = cpus
  }
}

private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
  if let cpus = start.cpus { cthread_set_cpus(cpus) }
  start.state.serve(as: start.worker)
  return nil
}
