import Synchronization

/// How many tasks of each worker's share of a region are taken.
///
/// Additions are relaxed: that each task is handed out once is all they must see to, and what tasks read and
/// write is ordered by the region's start and end.
struct TaskCursors {
  private let cursors: UnsafeMutablePointer<Atomic<Int>>
  private let workers: Int

  /// Numbers from one worker's cursor to the next: two cache lines, which a core may fetch together.
  private static let stride = 128 / MemoryLayout<Atomic<Int>>.stride

  init(workers: Int) {
    self.workers = workers
    // One stride before the first keeps what else is allocated there off its lines.
    cursors = .allocate(capacity: (workers + 1) * Self.stride)
    for worker in 0..<workers { (cursors + place(worker)).initialize(to: Atomic(0)) }
  }

  /// Ends them; none is used afterwards.
  func deallocate() {
    for worker in 0..<workers { (cursors + place(worker)).deinitialize(count: 1) }
    cursors.deallocate()
  }

  /// Begins a region.
  func reset() {
    for worker in 0..<workers { cursors[place(worker)].store(0, ordering: .relaxed) }
  }

  /// Takes one more of a worker's share, and returns how many were taken before.
  func take(of worker: Int) -> Int {
    cursors[place(worker)].wrappingAdd(1, ordering: .relaxed).oldValue
  }

  private func place(_ worker: Int) -> Int { (worker + 1) * Self.stride - Self.stride / 2 }
}

/// The tasks of one region, each handed out once.
///
/// Every worker begins with a share of its own, consecutive tasks and the same part of them in every region, and
/// then helps with those of others. So what a task of one region wrote is mostly read by the same thread in the
/// next, and what a core fetched beyond the end of a task is the beginning of its next one. Where threads have
/// different last-level caches, both would else go from one to the other (Kernels/README.md has what that costs).
///
/// Where threads are on several nodes, each takes first the tasks whose weights lie on its own: a share passes by
/// those that are not, so nothing is sorted beforehand.
struct TaskQueue<Context> {
  let count: Int
  /// Consecutive tasks that are taken at a time.
  let grain: Int
  let context: Context
  /// Where the weights of a task begin; `nil` for a task that is at home anywhere, and for tasks that all are.
  let home: ((Context, Int) -> UnsafeRawPointer?)?
  /// Whether tasks of other nodes are left to them: what is touched first must be touched at home.
  let staysHome: Bool
  let cursors: TaskCursors
  /// Which workers are beside each other, and which node memory belongs on.
  let binding: NodeBinding

  /// The first of the next tasks for a worker, `count` when there are none.
  ///
  /// - Parameter passed: how many shares, from the worker's own on, have no tasks left; from 0.
  func take(worker: Int, passed: inout Int) -> Int {
    let pieces = (count + grain - 1) / grain
    let shares = binding.shares(for: worker, staysHome: staysHome)
    while passed < shares {
      let owner = binding.owner(ofShare: passed, for: worker)
      let (node, share) = (binding.nodeOfWorker[owner], binding.share(of: owner, among: pieces))
      while true {
        let piece = share.lowerBound + cursors.take(of: owner)
        if piece >= share.upperBound { break }
        if binding.nodes.count < 2 || self.node(ofPiece: piece) == node { return piece * grain }
      }
      passed += 1
    }
    return count
  }

  private func node(ofPiece piece: Int) -> Int {
    home.flatMap { $0(context, piece * grain) }.map(binding.home) ?? piece % binding.nodes.count
  }
}
