import LayerSpec
import Tile

/// The microkernel of one instruction set, which packs weights once, when a matrix is made.
///
/// It has products of the formats that its kernels have; formats of its codecs are decoded to `f32` before
/// they are multiplied.
public struct TileEngine: Engine {
  /// The instruction set of all its kernels.
  public let level: TileLevel
  /// The kernels of each format with the staging of their tiles, `f32` first, which decoded formats use too.
  private let native: [TileStaging]
  private let codecs: [any WeightCodec]

  /// Kernels of a level that the CPU supports.
  ///
  /// - Parameter codecs: Of further formats than its kernels have.
  public init(level: TileLevel, codecs: [any WeightCodec] = []) {
    self.level = level
    native = TileKernels.formats.map {
      TileStaging(
        TileKernels(
          level: level, format: $0,
          prefetchDistances: PrefetchProbe.distances(level: level, format: $0)))
    }
    self.codecs = codecs.further(than: TileKernels.formats)
  }

  /// Kernels of the CPU's best instruction set, or of the one that is asked for.
  ///
  /// - Parameters:
  ///   - forcedLevel: A level's name, such as `v3`; `nil` for the best.
  ///   - codecs: Of further formats than its kernels have.
  /// - Throws: `TileLevelError` when the CPU does not have what is asked for.
  public init(
    forcedLevel: String?, codecs: [any WeightCodec] = []
  ) throws(TileLevelError) {
    self.init(level: try TileLevel.choose(forced: forcedLevel), codecs: codecs)
  }

  /// What engines of this process chose by trying what this CPU does best, by the name of the choice.
  ///
  /// Where it is close, two processes choose differently: with weights of bf16 a token of OLMoE's layer took 5 to
  /// 6 % longer in the one of fifteen that did not ask ahead (Zen 3, 2026-11-30).
  public static var choices: [String: String] { PrefetchProbe.choices }

  /// Has engines that are made from now on choose what those of another process on this CPU chose.
  ///
  /// Names and values that are none of this build's are ignored.
  public static func adopt(_ choices: [String: String]) { PrefetchProbe.adopt(choices) }

  /// The formats that are multiplied without a codec, `f32` first.
  public static var nativeFormats: [WeightFormat] { TileKernels.formats }

  /// The environment variable by which users ask for a lower instruction set.
  public static let levelVariable = TileLevel.variable

  /// The instruction set as `TENFOLD_ISA` spells it, such as `v4`.
  public var levelName: String { level.rawValue }

  /// `tile`, as `--engine` takes it and records carry it.
  public var name: String { "tile" }
  /// The instruction set, on which the layout of panels and tiles depends.
  public var variant: String { levelName }
  /// The formats of the kernels, then those of the codecs.
  public var formats: [WeightFormat] { native.map(\.kernels.format) + codecs.map(\.format) }

  /// Formats that there are kernels for and whose weights are stored one by one.
  public func takesArena(_ format: WeightFormat) -> Bool {
    isNative(format) && WeightMemory.canHold(format)
  }

  /// The rounding error of bf16 where products are dot products of bf16 pairs, else 0.
  public func activationError(_ format: WeightFormat) -> Double {
    isNative(format) && kernels(format).usesBF16Dot ? WeightFormat.bf16RoundingError : 0
  }

  /// True: panels are transposed and gradients are panels.
  public var trains: Bool { true }

  /// 150 GFLOP/s, as seen with AVX-512 at some tens of tokens an expert.
  public var guessedFlopsPerSecond: Double { 150e9 }

  // MARK: Formats

  private func isNative(_ format: WeightFormat) -> Bool {
    Self.nativeFormats.contains(format)
  }

  /// The codec of a format, `nil` where there is a product for it.
  private func codec(_ format: WeightFormat) -> (any WeightCodec)? {
    isNative(format) ? nil : codecs.codec(of: format)
  }

  /// The kernels that multiply a format: decoded weights are 32-bit floats.
  private func kernels(_ format: WeightFormat) -> TileKernels { tiles(format).kernels }

  private func tiles(_ format: WeightFormat) -> TileStaging {
    native.first { $0.kernels.format == format } ?? native[0]
  }

  /// Packing into tiles, whose rows and order depend on the format that is multiplied.
  public func staging(_ format: WeightFormat) -> any RowStaging { tiles(format) }

  // MARK: Cuts

  /// The rows of each tile, all as equal as they can be; `nil` for a decoded format, whose speed is that of
  /// decoding.
  public func tileRows(of rows: Int, format: WeightFormat) -> [Int]? {
    guard isNative(format) else { return nil }
    let kernels = kernels(format)
    return (0..<kernels.tiles(rows: rows)).map { kernels.tileRows($0, of: rows).count }
  }

  /// Products in cache of the kernels that multiply the format; `nil` for a decoded one.
  public func makeTileWork(format: WeightFormat, threads: Int) -> (any TileWork)? {
    guard isNative(format) else { return nil }
    return PanelTileWork(kernels(format), threads: threads)
  }

  // MARK: Matrices

  /// Bytes of one matrix in whole panels, or as its codec writes it; `Int.max` where they cannot be counted.
  public func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int {
    guard isNative(format) else { return codedBytes(rows: outputs, columns: inputs, format) }
    let kernels = kernels(format)
    return panelBytes(kernels.panels(outputs:), of: outputs, depth: inputs, kernels)
  }

  /// Bytes of one network, whose gate and up share panels; `Int.max` where they cannot be counted.
  public func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int {
    let (width, units) = (network.width, network.intermediate)
    let down = matrixBytes(outputs: width, inputs: units, format: format)
    guard isNative(format) else {
      let rows = Saturating.product(network.matrices - 1, units)
      return Saturating.sum(codedBytes(rows: rows, columns: width, format), down)
    }
    let kernels = kernels(format)
    let panels = network.isGated ? kernels.gatedPanels(outputs:) : kernels.panels(outputs:)
    return Saturating.sum(panelBytes(panels, of: units, depth: width, kernels), down)
  }

  /// Bytes of panels; `Int.max` where they cannot be counted.
  private func panelBytes(
    _ panels: (Int) -> Int, of outputs: Int, depth: Int, _ kernels: TileKernels
  ) -> Int {
    // No panel or step holds as much as that, so what is larger cannot be counted.
    guard outputs >= 0, outputs <= .max - kernels.panelWidth, depth >= 0, depth < .max else {
      return .max
    }
    return Saturating.product(
      panels(outputs),
      Saturating.product(kernels.steps(depth: depth), kernels.panelBytesPerStep))
  }

  private func codedBytes(rows: Int, columns: Int, _ format: WeightFormat) -> Int {
    guard supports(format) else { return .max }
    return format.bytes(rows: rows, columns: columns) ?? .max
  }

  /// Matrices in panels of zeros, or of what an arena holds; encoded ones never lie in an arena.
  public func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineMatrices {
    TileMatrices(
      tiles(format), codec: codec(format), count: count, outputs: outputs, inputs: inputs,
      in: memory)
  }

  /// Networks in panels of zeros, or of what an arena holds; encoded ones never lie in an arena.
  public func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineNetworks {
    TileNetworks(tiles(format), codec: codec(format), count: count, spec: spec, in: memory)
  }

  /// Floats for the blocks whose sums wait, and for the panel that a decoded format is multiplied from.
  public func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    let kernels = kernels(format)
    return Saturating.sum(
      TileProduct.scratchElements(kernels, rows: rows),
      isNative(format) ? 0 : DecodedPanel.scratchElements(kernels, depth: inputs))
  }
}

/// Packing into tiles, one piece each: a tile begins where its first row would lie row-major.
final class TileStaging: RowStaging {
  let kernels: TileKernels
  let order: String

  init(_ kernels: TileKernels) {
    self.kernels = kernels
    order = "tiles \(kernels.level.rawValue) \(kernels.format)"
  }

  let keepsRows = false

  func pieces(rows count: Int) -> Int { kernels.tiles(rows: count) }

  var rowsPerPiece: Int { kernels.maximumRows }

  func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    let rows = kernels.tileRows(piece, of: count)
    kernels.packTile(
      source: indices == nil ? source[rows.lowerBound] : source.base, stride: source.stride,
      indices: indices.map { $0 + rows.lowerBound }, rows: rows.count, depth: columns,
      tile: target[rows.lowerBound])
  }
}

/// Why an instruction set cannot be used, for callers that do not import the microkernel's module.
public typealias TileLevelError = Tile.TileLevelError
