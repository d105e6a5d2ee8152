import LayerSpec
import MoEKernel
import ModelSpec

/// Measures how fast this machine computes and reads at most.
///
/// Peak FLOP/s: products on registers only. Read bandwidth: the memory of the weights, or of
/// `bufferBytes`, in whichever streams are the fastest. All threads work at once, on equal shares of tasks, in slices of 20 ms; the second best
/// slice counts. Not the mean, for whatever disturbs a slice makes it slower; and not the best, for it may be
/// a fluke: on a two-core VM one pass in some thousands read at twice the rate of all others.
///
/// For an engine that multiplies in tiles, a full probe also measures tiles of every number of rows,
/// which tells how much of the peak experts of few tokens can reach at all.
public final class CeilingProbe {
  /// How many slices to choose from, of reading and for each of the instruction sets that compute, and
  /// how long they are.
  public struct Effort: Hashable, Sendable {
    /// Slices of each kind.
    let slices: Int
    /// Seconds of a slice of reading or of computing on registers.
    private(set) var sliceSeconds: Double
    /// Seconds of a slice of tiles, of which there are many kinds and whose tasks are shorter; `nil`
    /// where tiles are not measured.
    private(set) var tileSliceSeconds: Double?
    /// Whether to compute by the instructions alone that were the fastest when all were measured.
    let usesStrongest: Bool

    init(
      slices: Int, measuresTiles: Bool = false, usesStrongest: Bool = false,
      sliceSeconds: Double = CeilingProbe.sliceSeconds
    ) {
      precondition(slices >= 2, "the second best of \(slices) slices")
      self.slices = slices
      self.sliceSeconds = sliceSeconds
      self.usesStrongest = usesStrongest
      tileSliceSeconds = measuresTiles ? sliceSeconds / CeilingProbe.tileSlicesOfASlice : nil
    }

    /// The same with slices of at most so many seconds, and of no fewer than a probe can be short.
    func shortened(to seconds: Double) -> Effort {
      let factor = min(1, max(seconds, Self.shortestSlice) / sliceSeconds)
      var shorter = self
      shorter.sliceSeconds *= factor
      shorter.tileSliceSeconds = tileSliceSeconds.map { $0 * factor }
      return shorter
    }

    /// Some tasks of each thread.
    private static let shortestSlice = 0.0005

    /// Before and after a run: a third of a second for each number of threads, and half as long again
    /// for an engine with tiles.
    public static let full = Effort(slices: 5, measuresTiles: true)
    /// Beside a visit to a cell, so that what the machine gave then is known: a twentieth of a second, of
    /// which a cell gets one at each visit.
    static let glance = Effort(slices: 3, usesStrongest: true, sliceSeconds: 0.005)
    /// A fifth of a second.
    static let brief = Effort(slices: 3)
    /// For tests of everything but the figures: every kind, for as good as no time.
    static let token = Effort(slices: 2, measuresTiles: true, sliceSeconds: 0.001)
    /// The same beside a visit to a cell.
    static let tokenGlance = Effort(slices: 2, usesStrongest: true, sliceSeconds: 0.001)
    /// When a figure is in doubt: seconds, for most of what disturbs is over by then.
    static let patient = Effort(slices: 50)
  }

  /// One slice: long against the start of a region and a single pass over the memory, short against the
  /// time for which the system leaves a CPU to one thread.
  private static let sliceSeconds = 0.020

  /// Slices of tiles that take as long as one slice of another kind.
  private static let tileSlicesOfASlice = 10.0

  /// Tasks of computing that tell how many a slice takes.
  private static let firstTasks = 8

  /// The memory is at least this many times the last-level caches, so that hardly any of a pass is
  /// still there at the next.
  private static let cacheMultiple = Residence.fewestCaches
  /// Less would be over in a few milliseconds.
  private static let leastBytes = 256 << 20

  private let pools: [WorkerPool]
  private let formats: [WeightFormat]
  /// What computes on registers alone: formats whose products have one arithmetic share its peak.
  private let work: [Arithmetic: [RegisterWork]]
  /// The tiles of each engine, of the formats that its networks have.
  private let tiles: [WeightFormat: [String: any TileWork]]
  private let buffer: ReadBuffer
  /// Which way to read was the fastest for so many threads when all were tried.
  private var fastestRead: [Int: ReadBuffer.Pattern] = [:]
  /// Which of an arithmetic's work was the fastest when all was measured, so that a glance need not ask
  /// again.
  private var strongest: [Arithmetic: Int] = [:]

  /// Bytes of the memory that is read.
  static func bufferBytes(cacheBytes: Int) -> Int {
    let (bytes, overflow) = cacheBytes.multipliedReportingOverflow(by: cacheMultiple)
    return overflow ? .max : max(leastBytes, bytes)
  }

  /// A probe with threads of its own.
  ///
  /// - Parameters:
  ///   - threads: how many of them.
  ///   - nodes: NUMA nodes that they share, each bound to one.
  /// - Returns: `nil` for a CPU that has no vector unit the kernels know.
  public convenience init?(
    threads: Int, formats: [WeightFormat], machine: MachineIdentity, nodes: [ProcessorNode]
  ) {
    self.init(
      pools: [WorkerPool(threads: threads, nodes: nodes)], formats: formats,
      cacheBytes: machine.cacheBytes(threads: threads))
  }

  /// A probe on the threads of others, which must be idle while it measures.
  ///
  /// - Parameters:
  ///   - sides: what is measured: the formats of all roles, and the tiles of networks.
  ///   - arena: whose memory is read; `nil` to read memory of the probe's own.
  convenience init?(
    pools: [WorkerPool], sides: [SideResources], cacheBytes: Int, arena: WeightArena? = nil
  ) {
    var formats: [WeightFormat] = []
    var tiles: [WeightFormat: [String: any TileWork]] = [:]
    let threads = pools.map(\.threads).max() ?? 1
    for side in sides {
      for format in side.formats.formats where !formats.contains(format) { formats.append(format) }
      let format = side.formats.networks
      if tiles[format]?[side.engine.name] == nil {
        tiles[format, default: [:]][side.engine.name] = side.engine.makeTileWork(
          format: format, threads: threads)
      }
    }
    self.init(
      pools: pools, formats: formats, tiles: tiles, cacheBytes: cacheBytes, arena: arena)
  }

  private init?(
    pools: [WorkerPool], formats: [WeightFormat],
    tiles: [WeightFormat: [String: any TileWork]] = [:], cacheBytes: Int,
    arena: WeightArena? = nil
  ) {
    guard let largest = pools.max(by: { $0.threads < $1.threads }),
      let buffer = arena.map({ ReadBuffer(arena: $0, pool: largest) })
        ?? ReadBuffer(bytes: Self.bufferBytes(cacheBytes: cacheBytes), pool: largest)
    else { return nil }
    self.pools = pools
    self.formats = formats
    self.tiles = tiles
    self.buffer = buffer
    work = Dictionary(
      uniqueKeysWithValues: Set(formats.map { Self.arithmetic(of: $0) }).map { arithmetic in
        (arithmetic, RegisterWork.strongest(arithmetic: arithmetic, threads: largest.threads))
      })
  }

  /// The ceilings of every number of threads and every format.
  public func measure(_ effort: Effort) -> [Ceiling] {
    pools.flatMap { measure(effort, on: $0) }
  }

  /// The ceilings of the most threads alone.
  func measureAllThreads(_ effort: Effort) -> [Ceiling] {
    pools.max { $0.threads < $1.threads }.map { measure(effort, on: $0) } ?? []
  }

  /// What the most threads read and compute in f32 within one moment each, as it was, by the ways that were
  /// the fastest when all were measured.
  func moment(seconds: Double) -> (readBytesPerSecond: Double, peakFlopsPerSecond: Double) {
    guard let pool = pools.max(by: { $0.threads < $1.threads }) else { return (0, 0) }
    let pattern = fastestRead[pool.threads] ?? ReadBuffer.Pattern.all[0]
    let read = meanRate(of: seconds, firstAmount: pool.threads) {
      buffer.read(pages: $0, pattern: pattern, pool: pool)
    }
    let all = work[.f32] ?? []
    guard let index = strongest[.f32] ?? all.indices.first else { return (read, 0) }
    let peak = meanRate(of: seconds, firstAmount: Self.firstTasks) {
      all[index].run(tasks: $0, pool: pool)
    }
    return (read, peak)
  }

  private func measure(_ effort: Effort, on pool: WorkerPool) -> [Ceiling] {
    let readRate = readRate(effort, on: pool)
    var peaks: [Arithmetic: Double] = [:]
    for arithmetic in formats.map({ Self.arithmetic(of: $0) }).uniqued() {
      peaks[arithmetic] = peak(of: arithmetic, effort, on: pool)
    }
    return formats.compactMap { format in
      // An arithmetic without a kernel that computes on registers has no peak, and so no roofline.
      guard let peak = peaks[Self.arithmetic(of: format)] else { return nil }
      return Ceiling(
        threads: pool.threads, precision: format, peakFlopsPerSecond: peak,
        readBytesPerSecond: readRate,
        tileRates: effort.tileSliceSeconds.map { seconds in
          (tiles[format] ?? [:]).mapValues { tileRates(effort.slices, of: seconds, $0, on: pool) }
        } ?? [:])
    }
  }

  /// Bytes a second by the fastest way to read.
  private func readRate(_ effort: Effort, on pool: WorkerPool) -> Double {
    func rate(_ pattern: ReadBuffer.Pattern, _ slices: Int, _ seconds: Double) -> Double {
      self.rate(slices, of: seconds, firstAmount: pool.threads) {
        buffer.read(pages: $0, pattern: pattern, pool: pool)
      }
    }
    if fastestRead[pool.threads] == nil || !effort.usesStrongest {
      // All are tried in brief and the best ones as long as others are measured, for a brief look errs.
      let seconds = effort.sliceSeconds / Self.triesOfASlice
      let tries = ReadBuffer.Pattern.all.map { ($0, rate($0, 2, seconds)) }.sorted { $0.1 > $1.1 }
      let best = tries.prefix(Self.closestTries).map {
        ($0.0, rate($0.0, effort.slices, effort.sliceSeconds))
      }
      if let (pattern, rate) = best.max(by: { $0.1 < $1.1 }) {
        fastestRead[pool.threads] = pattern
        return rate
      }
    }
    let pattern = fastestRead[pool.threads] ?? ReadBuffer.Pattern.all[0]
    return rate(pattern, effort.slices, effort.sliceSeconds)
  }

  /// Tries of a way to read that take as long as one slice.
  private static let triesOfASlice = 4.0
  /// Ways to read that are so close to each other that a try does not tell which is the fastest.
  private static let closestTries = 3

  /// What products of a format are computed in.
  private static func arithmetic(of format: WeightFormat) -> Arithmetic {
    format.block?.arithmetic ?? .f32
  }

  /// FLOP/s of the fastest work of an arithmetic; `nil` where there is none.
  private func peak(of arithmetic: Arithmetic, _ effort: Effort, on pool: WorkerPool) -> Double? {
    let all = work[arithmetic] ?? []
    let chosen = effort.usesStrongest ? strongest[arithmetic].map { [$0] } : nil
    let rates = (chosen ?? Array(all.indices)).map { index in
      (
        index,
        rate(effort.slices, of: effort.sliceSeconds, firstAmount: Self.firstTasks) {
          all[index].run(tasks: $0, pool: pool)
        }
      )
    }
    guard let (index, peak) = rates.max(by: { $0.1 < $1.1 }), peak > 0 else { return nil }
    strongest[arithmetic] = index
    return peak
  }

  /// FLOP/s with tiles of 1, 2, … rows.
  private func tileRates(
    _ slices: Int, of seconds: Double, _ tiles: any TileWork, on pool: WorkerPool
  ) -> [Double] {
    (1...tiles.mostRows).map { rows in
      rate(slices, of: seconds, firstAmount: Self.firstTasks) {
        tiles.run(rows: rows, tasks: $0, pool: pool)
      }
    }
  }

  /// What was done a second in the second best of the slices.
  ///
  /// - Parameters:
  ///   - firstAmount: of a first try, which warms up and tells how much a slice takes.
  ///   - body: does so much work, and returns what it is in FLOPs or bytes.
  private func rate(
    _ slices: Int, of sliceSeconds: Double, firstAmount: Int, _ body: (Int) -> Int
  ) -> Double {
    var amount = firstAmount
    var rates: [Double] = []
    for slice in 0...slices {
      let watch = Stopwatch()
      let done = body(amount)
      let seconds = max(watch.seconds, 1e-9)
      if slice > 0 { rates.append(Double(done) / seconds) }
      amount = max(1, Int((Double(amount) * sliceSeconds / seconds).rounded(.up)))
    }
    return Self.secondBest(of: rates)
  }

  /// What was done a second in all pieces of work that fit a time, the first of them left out.
  private func meanRate(of time: Double, firstAmount: Int, _ body: (Int) -> Int) -> Double {
    var amount = firstAmount
    var (done, seconds) = (0, 0.0)
    while seconds < time {
      let watch = Stopwatch()
      let work = body(amount)
      let piece = max(watch.seconds, 1e-9)
      if amount > firstAmount { (done, seconds) = (done + work, seconds + piece) }
      amount = max(firstAmount + 1, Int((Double(amount) * Self.pieceSeconds / piece).rounded(.up)))
    }
    return Double(done) / seconds
  }

  /// Some passes of every thread over its tasks.
  private static let pieceSeconds = 0.005

  /// The second largest, 0 where there are fewer.
  static func secondBest(of rates: [Double]) -> Double { rates.sorted().dropLast().last ?? 0 }
}
