import CThread
import Glibc
import Synchronization

/// What the threads of a pool share.
///
/// `@unchecked Sendable`: `region` and `address` are written before `generation` is released and read after it is
/// acquired; the mutex and the conditions are made for sharing; the rest is atomic or constant.
final class PoolState: @unchecked Sendable {
  /// What is taken of the present region's tasks.
  let cursors: TaskCursors

  private let workers: Int
  /// Counts regions; a change tells the threads that there is new work.
  private let generation = Atomic<Int>(0)
  /// Threads that have not finished the present region.
  private let running = Atomic<Int>(0)
  private let isEnding = Atomic<Bool>(false)
  private let isInRegion = Atomic<Bool>(false)
  /// What the threads do in the present region, and where its value is.
  private var region: (any Region.Type)?
  private var address: UnsafeRawPointer?

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let workCame = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workEnded = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Looks at a flag before a thread sleeps: about 50 µs, longer than the gap between two regions of a
  /// pass and than a wake-up costs, short enough not to be seen as load between passes.
  ///
  /// The time is that of the spin-wait hint, which differs from CPU to CPU.
  private static let spins = 1_000

  /// - Parameter workers: threads beside the caller.
  init(workers: Int) {
    self.workers = workers
    cursors = TaskCursors(workers: workers + 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(workCame, nil)
    pthread_cond_init(workEnded, nil)
  }

  deinit {
    pthread_cond_destroy(workEnded)
    pthread_cond_destroy(workCame)
    pthread_mutex_destroy(mutex)
    cursors.deallocate()
    workEnded.deallocate()
    workCame.deallocate()
    mutex.deallocate()
  }

  /// One region: every thread does its share of the value at an address, and has done it when this returns.
  func run(_ address: UnsafeRawPointer, _ region: any Region.Type) {
    let nests = isInRegion.exchange(true, ordering: .acquiring)
    precondition(!nests, "a region was started inside a region of the same pool")
    self.region = region
    self.address = address
    running.store(workers, ordering: .relaxed)
    announce()
    region.work(at: address, as: 0)
    wait(for: workEnded) { running.load(ordering: .acquiring) == 0 }
    self.region = nil
    self.address = nil
    isInRegion.store(false, ordering: .releasing)
  }

  func end() {
    isEnding.store(true, ordering: .relaxed)
    announce()
  }

  /// Does a thread's share of every region from its start until the pool ends.
  func serve(as worker: Int) {
    var seen = 0
    while true {
      wait(for: workCame) { generation.load(ordering: .acquiring) != seen }
      seen += 1
      if isEnding.load(ordering: .relaxed) { return }
      if let address { region?.work(at: address, as: worker) }
      if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_signal(workEnded)
        pthread_mutex_unlock(mutex)
      }
    }
  }

  private func announce() {
    // The change is made under the mutex, so that no thread can look, see nothing and then sleep
    // through the broadcast.
    pthread_mutex_lock(mutex)
    generation.add(1, ordering: .releasing)
    pthread_cond_broadcast(workCame)
    pthread_mutex_unlock(mutex)
  }

  /// Spins for a while, then sleeps until `condition` holds: in a pass the next region mostly comes while a
  /// thread still spins, which saves it the wake-up by the system.
  private func wait(for signal: UnsafeMutablePointer<pthread_cond_t>, _ condition: () -> Bool) {
    for _ in 0..<Self.spins {
      if condition() { return }
      cthread_spin_hint()
    }
    pthread_mutex_lock(mutex)
    while !condition() { pthread_cond_wait(signal, mutex) }
    pthread_mutex_unlock(mutex)
  }
}
