import CThread

/// A NUMA node with processors that threads may run on: a socket, or a part of one, with memory of its own.
public struct ProcessorNode: Hashable, Sendable {
  /// The system's number of the node.
  public let id: Int
  /// Numbers of its processors that may be used.
  public let processors: [Int]
  /// Cores that these are on.
  public let cores: Int

  /// A node with some processors, on no more cores than they are.
  public init(id: Int, processors: [Int], cores: Int) {
    self.id = id
    self.processors = processors
    self.cores = cores
  }
}

/// Which nodes the threads of a pool are bound to.
///
/// Threads take the fewest nodes that have a core for each, and share these in proportion to their cores: a
/// thread that is alone has all its memory beside it, and as many threads as there are cores have the memory
/// of all nodes.
struct NodeBinding: Hashable {
  /// The nodes that have threads, in the order of their numbers; empty where threads are not bound.
  let nodes: [ProcessorNode]
  /// For each worker the index of its node among these, in blocks of consecutive workers.
  let nodeOfWorker: [Int]

  /// The workers of each node, of one where threads are not bound.
  private let workersOfNode: [Range<Int>]

  /// For huge pages one after the other the index of the node that each belongs on, over and over: as many of
  /// each node as it has threads, evenly mixed.
  let homes: [Int]

  /// Processors that a set of them has room for.
  private static let processorLimit = 1024

  /// - Parameter available: nodes with processors that may be used; empty to bind nothing.
  init(threads: Int, among available: [ProcessorNode]) {
    let usable = available.filter {
      $0.cores > 0 && $0.processors.contains { (0..<Self.processorLimit).contains($0) }
    }
    var chosen: [ProcessorNode] = []
    for node in usable.sorted(by: { ($1.cores, $0.id) < ($0.cores, $1.id) })
    where chosen.count < threads && chosen.reduce(0, { $0 + $1.cores }) < threads {
      chosen.append(node)
    }
    nodes = chosen.sorted { $0.id < $1.id }
    let cores = nodes.reduce(0) { $0 + $1.cores }
    // Worker w is in the middle of its part of all cores: every node of the fewest gets one at least.
    var node = 0
    var end = nodes.first?.cores ?? 0
    let workers = (0..<threads).map { [nodes] worker in
      while node + 1 < nodes.count, (2 * worker + 1) * cores > 2 * threads * end {
        node += 1
        end += nodes[node].cores
      }
      return node
    }
    nodeOfWorker = workers
    let counts = nodes.indices.map { node in workers.count { $0 == node } }
    var first = 0
    workersOfNode = (counts.isEmpty ? [threads] : counts).map { count in
      defer { first += count }
      return first..<first + count
    }
    let places = nodes.indices.flatMap { node in
      (0..<counts[node]).map { (place: (Double($0) + 0.5) / Double(counts[node]), node: node) }
    }
    homes =
      nodes.count > 1
      ? places.sorted { ($0.place, $0.node) < ($1.place, $1.node) }.map(\.node) : [0]
  }

  // MARK: - Shares of a region's tasks

  /// Shares that a worker takes tasks of: those of its node where it stays there.
  func shares(for worker: Int, staysHome: Bool) -> Int {
    staysHome ? workersOfNode[nodeOfWorker[worker]].count : nodeOfWorker.count
  }

  /// Whose share a worker takes tasks of after so many others: its own, those of the next workers on its node in
  /// a circle, and so on the following nodes.
  func owner(ofShare passed: Int, for worker: Int) -> Int {
    var node = nodeOfWorker[worker]
    let place = worker - workersOfNode[node].lowerBound
    var passed = passed
    while passed >= workersOfNode[node].count {
      passed -= workersOfNode[node].count
      node = (node + 1) % workersOfNode.count
    }
    let workers = workersOfNode[node]
    return workers.lowerBound + (place + passed) % workers.count
  }

  /// A worker's share of pieces of work, of which the workers of each node share all.
  func share(of worker: Int, among pieces: Int) -> Range<Int> {
    let workers = workersOfNode[nodeOfWorker[worker]]
    let place = worker - workers.lowerBound
    return place * pieces / workers.count..<(place + 1) * pieces / workers.count
  }

  // MARK: - Memory

  /// The index of the node on which the memory at an address belongs.
  ///
  /// Memory lies on the node of the thread that touches it first, and whatever is written or read in pieces of
  /// less than a page finds its node by the same rule. Which layer the memory belongs to does not matter, so
  /// that layers may be views of one arena.
  func home(of address: UnsafeRawPointer) -> Int {
    homes[Int(UInt(bitPattern: address) / UInt(hugePageBytes) % UInt(homes.count))]
  }

  /// The processors of a worker's node; `nil` where it is not bound.
  func processors(of worker: Int) -> cthread_cpus? {
    guard !nodes.isEmpty else { return nil }
    return nodes[nodeOfWorker[worker]].processors.reduce(cthread_cpus()) {
      cthread_with_cpu($0, Int32(clamping: $1))
    }
  }
}
