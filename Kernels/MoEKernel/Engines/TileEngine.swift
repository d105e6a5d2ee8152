import LayerSpec
import Tile

/// Our own micro-kernel of one instruction set, which packs weights once, when a layer is made.
public struct TileEngine: Engine {
  /// The kernels of every storage that the micro-kernel has loops for.
  private let f32: TileKernels
  private let bf16: TileKernels
  private let codecs: WeightCodecs

  /// Kernels of a level that the CPU supports.
  ///
  /// - Parameters:
  ///   - codecs: formats beside f32 and bf16 that it multiplies by decoding panels.
  ///   - allowsBF16Dot: false widens bf16 weights even where the CPU multiplies them.
  public init(
    level: TileLevel, codecs: [any WeightCodec] = [], allowsBF16Dot: Bool = true
  ) {
    f32 = TileKernels(level: level, storage: .f32)
    bf16 = TileKernels(level: level, storage: .bf16, allowsBF16Dot: allowsBF16Dot)
    self.codecs = WeightCodecs(codecs)
  }

  /// Kernels of the CPU's best instruction set, or of the one that is asked for.
  ///
  /// - Parameter forcedLevel: A level's name, such as `v3`; `nil` for the best.
  public init(
    forcedLevel: String?, codecs: [any WeightCodec] = []
  ) throws(TileLevelError) {
    self.init(level: try TileLevel.choose(forced: forcedLevel), codecs: codecs)
  }

  /// The environment variable by which users ask for a lower instruction set.
  public static let levelVariable = TileLevel.variable

  /// The instruction set, such as `v4`.
  public var levelName: String { f32.level.rawValue }

  /// `tile`.
  public var name: String { "tile" }

  /// f32, bf16, and what its codecs decode.
  public var formats: [WeightFormat] { [.f32, .bf16] + codecs.formats }

  /// Seen with AVX-512 at some tens of rows.
  public var guessedFlopsPerSecond: Double { 150e9 }

  /// Where bf16 products are the CPU's own dot products.
  public func roundsActivations(_ format: WeightFormat) -> Bool { kernels(format).usesBF16Dot }

  /// Rows are brought into tiles.
  public var stagesRows: Bool { true }

  /// The tiles that a product of so many rows is cut into.
  public func tileRows(of rows: Int, format: WeightFormat) -> [Int]? {
    let kernels = kernels(format)
    return (0..<kernels.tiles(rows: rows)).map { kernels.tileRows($0, of: rows).count }
  }

  /// Tiles of the format's kernels.
  public func makeTileWork(format: WeightFormat, threads: Int) -> TileWork? {
    TileWork(kernels(format), threads: threads)
  }

  /// Matrices in panels.
  public func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat
  ) -> any EngineMatrices {
    TileMatrices(
      kernels(format), count: count, outputs: outputs, inputs: inputs, codec: codec(format))
  }

  /// Networks in panels.
  public func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat
  ) -> any EngineNetworks {
    TileNetworks(kernels(format), count: count, spec: spec, codec: codec(format))
  }

  /// Unfinished sums of products, and the panels of a task where they are decoded.
  public func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    let kernels = kernels(format)
    let sums = TileProduct.scratchElements(kernels, rows: rows)
    guard codec(format) != nil else { return sums }
    return Saturating.sum(sums, EncodedPanels.scratchElements(kernels, depth: inputs))
  }

  /// A last panel is filled up with zeros.
  public func outputPadding(_ format: WeightFormat) -> Int { kernels(format).panelWidth - 1 }

  /// The kernels of a format; a decoded one is multiplied in 32 bits.
  private func kernels(_ format: WeightFormat) -> TileKernels { format == .bf16 ? bf16 : f32 }

  /// The codec of a format that the micro-kernel has no loop for.
  private func codec(_ format: WeightFormat) -> (any WeightCodec)? {
    PanelStorage(format) == nil ? codecs.codec(format) : nil
  }
}

/// Why an instruction set cannot be used, for callers that do not know the micro-kernel.
public typealias TileLevelError = Tile.TileLevelError
