import LayerSpec

/// The highest rates that this machine reached with a number of threads.
public struct Ceiling: Codable, Hashable, Sendable {
  /// Threads that worked at once.
  public var threads: Int
  /// How weights are stored, and so what products are computed in.
  public var precision: WeightFormat
  /// Multiply-adds on registers only, counted as two operations each.
  public var peakFlopsPerSecond: Double
  /// Streaming reads from memory.
  public var readBytesPerSecond: Double
  /// The rates of the `tile` engine, which every `tenfold.result/1` has under this key; absent where that
  /// engine was not asked for.
  private var tileFlopsPerSecond: [Double]?
  /// The same of other engines, by name; absent where none of them cuts rows into tiles.
  private var otherTileFlopsPerSecond: [String: [Double]]?

  /// Measured ceilings.
  public init(
    threads: Int, precision: WeightFormat, peakFlopsPerSecond: Double, readBytesPerSecond: Double,
    tileRates: [String: [Double]] = [:]
  ) {
    self.threads = threads
    self.precision = precision
    self.peakFlopsPerSecond = peakFlopsPerSecond
    self.readBytesPerSecond = readBytesPerSecond
    self.tileRates = tileRates
  }

  /// FLOP/s of products with tiles of 1, 2, … rows, weights and rows in cache, by the engines that cut rows
  /// into tiles.
  public var tileRates: [String: [Double]] {
    get {
      var rates = otherTileFlopsPerSecond ?? [:]
      rates[EngineTraits.tile.name] = tileFlopsPerSecond
      return rates
    }
    set {
      let others = newValue.filter { $0.key != EngineTraits.tile.name }
      tileFlopsPerSecond = newValue[EngineTraits.tile.name]
      otherTileFlopsPerSecond = others.isEmpty ? nil : others
    }
  }
}

extension Ceiling {
  /// Tokens per visit of a weight from which FLOPs and no longer bytes bound a product: the ridge.
  ///
  /// A weight costs its bytes once and 2 FLOPs a token; `nil` for an unknown format.
  public var ridgeTokens: Double? {
    precision.bytesPerWeight.map { peakFlopsPerSecond / readBytesPerSecond * $0 / 2 }
  }
}

extension Sequence<Ceiling> {
  /// The ceiling of so many threads and such weights: the one place where it is looked up.
  public func ceiling(threads: Int, format: WeightFormat) -> Ceiling? {
    first { $0.threads == threads && $0.precision == format }
  }

  /// The ceiling of a cell's threads and precision.
  public func ceiling(of cell: Cell) -> Ceiling? {
    ceiling(threads: cell.threads, format: cell.precision)
  }
}
