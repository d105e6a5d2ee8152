import LayerSpec

/// What bounds operations: the rates that the machine reached with one number of threads.
public struct Ceilings: Hashable, Sendable {
  /// Streaming reads from memory, bytes a second.
  public var readBytesPerSecond: Double
  /// Multiply-adds on registers, FLOP/s, by weight format.
  public var peakFlopsPerSecond: [WeightFormat: Double]
  /// The same by arithmetic, for weight formats whose own peak was not measured.
  public var arithmeticFlopsPerSecond: [Arithmetic: Double]
  /// FLOP/s of tiles of 1, 2, … rows in cache, by engine and weight format; an engine without tiles
  /// has no entry.
  public var tileFlopsPerSecond: [String: [WeightFormat: [Double]]]

  /// The ceilings among `list` that were measured with `threads` threads; `nil` where there are none.
  ///
  /// Bandwidth is a property of memory, so all formats share the highest that any was measured
  /// with.
  public init?(_ list: [Ceiling], threads: Int) {
    let own = list.filter { $0.threads == threads }
    guard let bandwidth = own.map(\.readBytesPerSecond).max() else { return nil }
    readBytesPerSecond = bandwidth
    peakFlopsPerSecond = [:]
    arithmeticFlopsPerSecond = [:]
    tileFlopsPerSecond = [:]
    for ceiling in own {
      peakFlopsPerSecond[ceiling.precision] = ceiling.peakFlopsPerSecond
      if let arithmetic = ceiling.precision.block?.arithmetic {
        arithmeticFlopsPerSecond[arithmetic] = ceiling.peakFlopsPerSecond
      }
      for (engine, rates) in ceiling.tileRates {
        tileFlopsPerSecond[engine, default: [:]][ceiling.precision] = rates
      }
    }
  }

  /// The peak of a weight format: its own where that was measured, or else that of its arithmetic.
  public func peak(_ format: WeightFormat) -> Double? {
    peakFlopsPerSecond[format]
      ?? format.block.flatMap { arithmeticFlopsPerSecond[$0.arithmetic] }
  }
}

/// How an engine cuts rows into tiles.
public struct TileCut {
  /// Name of the engine, a key of `Ceilings.tileFlopsPerSecond`.
  let engine: String
  /// The rows of each tile that a number of rows is cut into, for a weight format; `nil` where the
  /// engine has no tiles.
  let rows: (Int, WeightFormat) -> [Int]?

  /// How the engine of that name cuts rows into tiles.
  public init(engine: String, rows: @escaping (Int, WeightFormat) -> [Int]?) {
    self.engine = engine
    self.rows = rows
  }
}

extension Operation {
  /// Seconds of the FLOPs at peak; `nil` where the peak is not known.
  func flopSeconds(under ceilings: Ceilings) -> Double? {
    if flops == 0 { return 0 }
    return ceilings.peak(format).map { Double(flops) / $0 }
  }

  /// The least time that the machine could take: max(FLOPs / peak, bytes / bandwidth).
  ///
  /// The roofline model (Williams, Waterman, Patterson 2009, Commun. ACM 52(4)), with reading and
  /// computing fully overlapped. One maximum for all experts of a layer is a lower bound: experts of few
  /// tokens wait for bytes while others wait for FLOPs.
  func rooflineSeconds(under ceilings: Ceilings) -> Double? {
    flopSeconds(under: ceilings).map { max($0, bytes / ceilings.readBytesPerSecond) }
  }

  /// The least time where tiles are multiplied at the rates that they reach in cache; FLOPs in no tile,
  /// and tiles whose rate is not known, count at peak.
  ///
  /// It is never below `rooflineSeconds`: a rate above the peak is the same peak, measured at
  /// another time.
  func tiledSeconds(under ceilings: Ceilings, tiles: TileCut) -> Double? {
    guard let peak = ceilings.peak(format) else { return rooflineSeconds(under: ceilings) }
    var computing = Double(flops) / peak
    let rates = ceilings.tileFlopsPerSecond[tiles.engine]?[format] ?? []
    // Keys in order, so that sums repeat to the last digit.
    for (rows, flops) in flopsByRows.sorted(by: { $0.key < $1.key }) {
      for tile in tiles.rows(rows, format) ?? [] where tile <= rates.count && rates[tile - 1] > 0 {
        let share = flops * Double(tile) / Double(rows)
        computing += share * (1 / min(rates[tile - 1], peak) - 1 / peak)
      }
    }
    return max(computing, bytes / ceilings.readBytesPerSecond)
  }
}

extension Sequence<LayerWork> {
  /// Seconds of all FLOPs of a pass at peak; `nil` where a peak is not known.
  public func flopSeconds(under ceilings: Ceilings) -> Double? {
    sum { $0.flopSeconds(under: ceilings) }
  }

  /// Roofline seconds of a pass: operations follow each other, so theirs add up.
  public func rooflineSeconds(under ceilings: Ceilings) -> Double? {
    sum { $0.rooflineSeconds(under: ceilings) }
  }

  /// Seconds of a pass at the rates of the tiles that an engine cuts rows into.
  public func tiledSeconds(under ceilings: Ceilings, tiles: TileCut) -> Double? {
    sum { $0.tiledSeconds(under: ceilings, tiles: tiles) }
  }

  private func sum(_ seconds: (Operation) -> Double?) -> Double? {
    var sum = 0.0
    for work in self {
      for operation in work.operations {
        guard let one = seconds(operation) else { return nil }
        sum += Double(work.count) * one
      }
    }
    return sum
  }
}
