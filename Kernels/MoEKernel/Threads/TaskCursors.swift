import Synchronization

/// The numbers of the next tasks of a region, one for each node that its threads are on.
///
/// Additions are relaxed: that each number is handed out once is all they must see to, and what tasks read and
/// write is ordered by the region's start and end.
struct TaskCursors {
  private let cursors: UnsafeMutablePointer<Atomic<Int>>
  let nodes: Int

  /// Numbers from one node's cursor to the next: two cache lines, which a core may fetch together.
  private static let stride = 128 / MemoryLayout<Atomic<Int>>.stride

  init(nodes: Int) {
    self.nodes = max(1, nodes)
    // One stride before the first keeps what else is allocated there off its lines.
    cursors = .allocate(capacity: (self.nodes + 1) * Self.stride)
    for node in 0..<self.nodes { (cursors + place(node)).initialize(to: Atomic(0)) }
  }

  /// Ends them; none is used afterwards.
  func deallocate() {
    for node in 0..<nodes { (cursors + place(node)).deinitialize(count: 1) }
    cursors.deallocate()
  }

  /// Begins a region.
  func reset() {
    for node in 0..<nodes { cursors[place(node)].store(0, ordering: .relaxed) }
  }

  /// Takes so many numbers of a node's and returns the first.
  func take(_ count: Int, node: Int) -> Int {
    cursors[place(node)].wrappingAdd(count, ordering: .relaxed).oldValue
  }

  private func place(_ node: Int) -> Int { (node + 1) * Self.stride - Self.stride / 2 }
}

/// The tasks of one region, each handed out once.
///
/// Where threads are on several nodes, each takes first the tasks whose weights lie on its own, and then helps
/// with those of the others. Every node has a cursor over all tasks and passes by those that are not its own,
/// so nothing is sorted beforehand.
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
  /// Which node memory belongs on.
  let binding: NodeBinding

  /// The first of the next tasks for a thread of a node, `count` when there are none.
  ///
  /// - Parameter passed: how many nodes, from the thread's own on, have no tasks left; from 0.
  func take(node: Int, passed: inout Int) -> Int {
    let nodes = cursors.nodes
    if nodes == 1 { return min(count, cursors.take(grain, node: 0)) }
    while passed < (staysHome ? 1 : nodes) {
      let present = (node + passed) % nodes
      while true {
        let first = cursors.take(grain, node: present)
        if first >= count { break }
        let home = home.flatMap { $0(context, first) }.map(binding.home)
        if home ?? (first / grain) % nodes == present { return first }
      }
      passed += 1
    }
    return count
  }
}
