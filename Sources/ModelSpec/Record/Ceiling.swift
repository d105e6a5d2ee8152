import LayerSpec

/// The highest rates that this machine reached with a number of threads.
public struct Ceiling: Codable, Hashable, Sendable {
  /// Threads that worked at once.
  public var threads: Int
  /// The weight format, which decides the arithmetic of the products.
  public var precision: WeightFormat
  /// Multiply-adds on registers only, counted as two operations each.
  public var peakFlopsPerSecond: Double
  /// Streaming reads from memory, all threads together.
  public var readBytesPerSecond: Double
  /// Where the peak beside a cell lies by the probes of its visits; absent for what is no median of them.
  public var peakInterval: Interval?
  /// Where the read bandwidth beside a cell lies, likewise.
  public var readInterval: Interval?
  /// The rates of the `tile` engine, which every `tenfold.result/1` has under this key; absent where that
  /// engine was not asked for.
  private var tileFlopsPerSecond: [Double]?
  /// The rates of other engines, by name; absent where none of them cuts rows into tiles.
  private var otherTileFlopsPerSecond: [String: [Double]]?

  /// Rates that were measured; those of tiles are absent without an engine that has any.
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
  /// A confidence interval of a rate, FLOP/s or bytes a second.
  public struct Interval: Codable, Hashable, Sendable {
    /// Its lower end.
    public var low: Double
    /// Its upper end.
    public var high: Double

    /// An interval from the lower end to the upper one.
    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }

  /// True for the ceiling of a cell that was probed at its visits: the cell's roofline figures go by it, and
  /// not by the run's best, as in older records.
  public var isOfVisits: Bool { peakInterval != nil && readInterval != nil }

  /// The same with both rates at the upper ends of their intervals.
  public var atMost: Ceiling {
    var most = self
    most.peakFlopsPerSecond = peakInterval?.high ?? peakFlopsPerSecond
    most.readBytesPerSecond = readInterval?.high ?? readBytesPerSecond
    return most
  }

  /// The ridge point in tokens: the tokens per read of a weight from which FLOPs bound a product,
  /// not bytes.
  ///
  /// A weight costs its bytes once and 2 FLOPs a token; `nil` for an unknown format.
  public var ridgeTokens: Double? {
    precision.bytesPerWeight.map { peakFlopsPerSecond / readBytesPerSecond * $0 / 2 }
  }
}

extension Sequence<Ceiling> {
  /// The ceiling of a number of threads and a weight format, `nil` where none was measured.
  public func ceiling(threads: Int, format: WeightFormat) -> Ceiling? {
    first { $0.threads == threads && $0.precision == format }
  }

  /// The ceiling that a cell's roofline figures go by: its own, or in older records the run's best.
  public func ceiling(decidingFor cell: Cell) -> Ceiling? {
    cell.ceilingBeside.flatMap { $0.isOfVisits ? $0 : nil } ?? ceiling(of: cell)
  }

  /// The ceiling of a cell's threads and weight format, `nil` where none was measured.
  public func ceiling(of cell: Cell) -> Ceiling? {
    ceiling(threads: cell.threads, format: cell.precision)
  }
}
