import CThread
import LayerSpec
import Synchronization
import Testing

@testable import MoEKernel

/// Threads of several NUMA nodes: who is bound where, and who takes which tasks.
@Suite struct NodeBindingTests {
  private static func nodes(_ cores: [Int]) -> [ProcessorNode] {
    cores.enumerated().map { index, cores in
      ProcessorNode(
        id: index, processors: Array(100 * index..<100 * index + 2 * cores), cores: cores)
    }
  }

  /// Cores of each node, threads, and how many threads each node that is taken gets.
  @Test(arguments: [
    ([8, 8], 16, [8, 8]), ([8, 8], 9, [5, 4]), ([8, 8], 8, [8]), ([8, 8], 1, [1]),
    ([8, 8], 32, [16, 16]), ([8, 4], 9, [6, 3]), ([1, 1, 1, 1], 3, [1, 1, 1]),
    ([100, 1], 101, [100, 1]), ([1, 8], 8, [8]), ([0, 4], 4, [4]), ([], 3, []),
  ])
  func threadsTakeTheFewestNodesThatHaveACoreForEach(cores: [Int], threads: Int, expected: [Int]) {
    let binding = NodeBinding(threads: threads, among: Self.nodes(cores))
    #expect(binding.nodeOfWorker.count == threads)
    #expect(binding.nodeOfWorker == binding.nodeOfWorker.sorted())
    #expect(binding.nodes.map(\.id) == binding.nodes.map(\.id).sorted())
    guard !expected.isEmpty else {
      #expect(binding.nodes.isEmpty)
      return
    }
    #expect(
      binding.nodes.indices.map { node in binding.nodeOfWorker.count { $0 == node } } == expected)
  }

  /// Every size of two and three nodes: nobody is left out, and no node of the fewest stays empty.
  @Test func noNodeOfTheFewestIsEmpty() {
    for first in 1...6 {
      for second in 1...6 {
        for third in 0...3 {
          for threads in 1...15 {
            let binding = NodeBinding(threads: threads, among: Self.nodes([first, second, third]))
            #expect(Set(binding.nodeOfWorker) == Set(binding.nodes.indices))
          }
        }
      }
    }
  }

  /// Memory belongs to nodes as threads do, whatever part of it is looked at.
  @Test(arguments: [([8, 8], 16), ([12, 2], 14), ([100, 1], 101), ([1, 1, 1], 3), ([4], 4)])
  func pagesAreSharedAsThreadsAre(cores: [Int], threads: Int) {
    let binding = NodeBinding(threads: threads, among: Self.nodes(cores))
    let period = binding.homes.count
    let pages = (0..<10 * period).map {
      binding.home(of: UnsafeRawPointer(bitPattern: (7 + $0) << 21)!)
    }
    for node in cores.indices {
      #expect(pages.count { $0 == node } * threads == pages.count * cores[node])
    }
    // Of two equal nodes every second page is on each.
    if cores == [8, 8] { #expect(Set(pages.prefix(2)).count == 2) }
  }

  @Test func oneNodeBindsNothing() {
    let before = cthread_get_cpus()
    let pool = WorkerPool(
      threads: 2, nodes: [ProcessorNode(id: 0, processors: [0], cores: 1)])
    #expect(pool.nodes == 1)
    #expect(Self.processors(cthread_get_cpus()) == Self.processors(before))
  }

  private static func processors(_ cpus: cthread_cpus) -> [UInt] {
    withUnsafeBytes(of: cpus.bits) { Array($0.bindMemory(to: UInt.self)) }
  }

  /// The caller is worker 0 for as long as the pool lasts.
  ///
  /// On a machine of one CPU both are on that.
  @Test func threadsRunOnTheirNodesAndTheCallerIsLetGo() throws {
    let allowed = Self.processors(cthread_get_cpus())
    let usable = (0..<1024).filter { allowed[$0 / 64] >> UInt($0 % 64) & 1 == 1 }
    let (first, last) = (try #require(usable.first), try #require(usable.last))
    do {
      let pool = WorkerPool(
        threads: 2,
        nodes: [
          ProcessorNode(id: 0, processors: [first], cores: 1),
          ProcessorNode(id: 1, processors: [last], cores: 1),
        ])
      #expect(pool.nodes == 2)
      let wrong = Atomic<Int>(0)
      for _ in 0..<5 {
        pool.run { worker in
          var expected = [UInt](repeating: 0, count: 16)
          let cpu = worker == 0 ? first : last
          expected[cpu / 64] |= 1 << UInt(cpu % 64)
          if Self.processors(cthread_get_cpus()) != expected { wrong.add(1, ordering: .relaxed) }
        }
      }
      #expect(wrong.load(ordering: .relaxed) == 0)
    }
    #expect(Self.processors(cthread_get_cpus()) == allowed)
  }

  /// Tasks at pages of a made-up memory: each is done once, by its own node where the others stay at home.
  @Test(
    arguments: [(1, 1, 1), (1, 3, 4), (2, 1, 1), (2, 1, 4), (2, 3, 1), (3, 1, 5), (3, 2, 2)],
    [false, true])
  func everyTaskIsDoneOnceAndAtHome(
    of: (nodes: Int, workersOfEach: Int, grain: Int), staysHome: Bool
  ) {
    let (nodes, grain) = (of.nodes, of.grain)
    let workers = nodes * of.workersOfEach
    let binding = NodeBinding(
      threads: workers, among: Self.nodes(Array(repeating: of.workersOfEach, count: nodes)))
    let cursors = TaskCursors(workers: workers)
    defer { cursors.deallocate() }
    for count in [0, 1, 2, 37] {
      cursors.reset()
      let queue = TaskQueue(
        count: count, grain: grain, context: 5,
        home: { context, task in
          // Some tasks are at home anywhere.
          task % 7 == 6 ? nil : UnsafeRawPointer(bitPattern: (context + task / 3) << 21)
        }, staysHome: staysHome, cursors: cursors, binding: binding)
      var done = [Int](repeating: 0, count: count)
      var passed = [Int](repeating: 0, count: workers)
      var open = Set(0..<workers)
      var strangers = 0
      while let worker = open.sorted().first(where: { (done.reduce(0, +) + $0) % 2 == 0 })
        ?? open.first
      {
        let first = queue.take(worker: worker, passed: &passed[worker])
        guard first < count else {
          open.remove(worker)
          continue
        }
        let isAtHome = (5 + first / 3) % nodes == worker / of.workersOfEach
        if first % 7 != 6, !isAtHome { strangers += 1 }
        for task in first..<min(first + grain, count) { done[task] += 1 }
      }
      #expect(done == [Int](repeating: 1, count: count))
      if staysHome { #expect(strangers == 0) }
    }
  }

  /// Each worker begins with the same part of every region's tasks, whatever others do meanwhile, and then takes
  /// what is left of the next worker's.
  @Test func workersBeginWithTheirShare() {
    let cursors = TaskCursors(workers: 3)
    defer { cursors.deallocate() }
    for count in [9, 27] {
      cursors.reset()
      let queue = TaskQueue(
        count: count, grain: 1, context: (), home: nil, staysHome: false, cursors: cursors,
        binding: NodeBinding(threads: 3, among: []))
      var passed = [0, 0, 0]
      let share = count / 3
      for step in 0..<share {
        #expect(queue.take(worker: 1, passed: &passed[1]) == share + step)
        if step == 0 { #expect(queue.take(worker: 2, passed: &passed[2]) == 2 * share) }
      }
      #expect(queue.take(worker: 1, passed: &passed[1]) == 2 * share + 1)
      #expect(queue.take(worker: 0, passed: &passed[0]) == 0)
    }
  }

  /// Shares of one node's workers are all pieces, and each worker goes through the shares of all, once and its own
  /// first.
  @Test(arguments: [([], 5), ([4], 4), ([2, 3], 5), ([1, 1, 2], 4)], [0, 1, 3, 100])
  func sharesAreAllPieces(of: (cores: [Int], threads: Int), pieces: Int) {
    let binding = NodeBinding(threads: of.threads, among: Self.nodes(of.cores))
    for node in 0..<max(1, of.cores.count) {
      let own = (0..<of.threads).filter { binding.nodeOfWorker[$0] == node }
        .map { binding.share(of: $0, among: pieces) }
      #expect(own.flatMap(Array.init) == Array(0..<pieces))
    }
    for worker in 0..<of.threads {
      let owners = (0..<binding.shares(for: worker, staysHome: false)).map {
        binding.owner(ofShare: $0, for: worker)
      }
      #expect(owners.first == worker)
      #expect(owners.sorted() == Array(0..<of.threads))
      let atHome = owners.prefix(binding.shares(for: worker, staysHome: true))
      #expect(
        atHome.sorted()
          == (0..<of.threads).filter {
            binding.nodeOfWorker[$0] == binding.nodeOfWorker[worker]
          })
    }
  }

  /// A thread with nothing left on its own node helps the others, and is told so once all is done.
  @Test func aThreadWithoutTasksOfItsOwnHelps() {
    let cursors = TaskCursors(workers: 2)
    defer { cursors.deallocate() }
    let queue = TaskQueue(
      count: 5, grain: 1, context: (),
      home: { _, task in UnsafeRawPointer(bitPattern: 2 << 21) }, staysHome: false,
      cursors: cursors, binding: NodeBinding(threads: 2, among: Self.nodes([1, 1])))
    var passed = 0
    #expect((0..<6).map { _ in queue.take(worker: 1, passed: &passed) } == [0, 1, 2, 3, 4, 5])
    #expect(passed == 2)
  }

  /// What an engine says of where weights lie is where they are: the same page for a place and its rows, and
  /// results are the same to the last bit on any number of nodes.
  @Test func resultsDoNotDependOnNodes() throws {
    let spec = try FeedForwardSpec(width: 512, intermediate: 3072)
    let engine = try TileEngine(forcedLevel: nil)
    let input = Matrix(rows: 3, columns: 512)
    let alone = WorkerPool(threads: 1)
    input.fill(seed: 3, pool: alone)
    var outputs: [[Float]] = []
    for pool in [alone, WorkerPool(threads: 3, nodes: Self.here(3))] {
      let arena = WeightArena(bytes: 32 << 20, seed: 4, pool: pool)
      for memory in [WeightMemory.own, .view(arena)] {
        let layer = DenseLayer(
          spec: spec, seed: 7, engine: engine, formats: FormatPlan(.f32), pool: pool, in: memory)
        let output = Matrix(rows: 3, columns: 512)
        layer.forward(
          input, into: output, workspace: layer.makeWorkspace(maxTokens: 3, pool: pool), pool: pool)
        outputs.append(output.elements)
      }
    }
    #expect(outputs[0] == outputs[2])
    #expect(outputs[1] == outputs[3])
    #expect(outputs[0] != outputs[1])
  }

  /// So many nodes, all of them with every CPU: what binding does cannot depend on the machine of the test.
  private static func here(_ count: Int) -> [ProcessorNode] {
    (0..<count).map { ProcessorNode(id: $0, processors: Array(0..<1024), cores: 1) }
  }

  private static var systemTells: Bool {
    var touched = 1
    return cthread_node_of_page(&touched) >= 0
  }

  /// The pages of an arena are on the machine's own nodes, whatever nodes were made up for the threads.
  @Test(.enabled(if: systemTells, "the system does not tell where pages lie"))
  func aPageOnAnotherNodeIsSeen() throws {
    let unbound = WorkerPool(threads: 2)
    let arena = WeightArena(bytes: 8 << 20, seed: 1, pool: unbound)
    #expect(arena.placement(for: unbound) == nil)
    let nodes = [500, 501].map { ProcessorNode(id: $0, processors: Array(0..<1024), cores: 1) }
    let pool = WorkerPool(threads: 2, nodes: nodes)
    let placement = try #require(
      WeightArena(bytes: 8 << 20, seed: 1, pool: pool).placement(for: pool))
    #expect(placement == WeightPlacement(pages: 4, elsewhere: 4))
  }
}
