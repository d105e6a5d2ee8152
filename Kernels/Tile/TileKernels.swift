import CVector
import LayerSpec

/// The register-blocked microkernel of one instruction set and one weight format.
///
/// Weights are packed once into *panels*: the weights of `panelWidth` outputs, input by input, as two
/// vectors (`packOutput`). A pass copies the rows that one product takes into a *tile*, again input by input
/// (`packTile`). A product multiplies one panel with one tile into a *block* of `panelWidth` sums per
/// row (`multiply`), which the epilogue activates, scales and stores while it is in the L1 cache.
///
/// Levels differ in vector width and in the rows that their registers hold, so panels, tiles and
/// blocks belong to the value that made them. Choose it once at start and keep it.
///
/// Addresses and lengths are the caller's promise, as everywhere under Kernels/; shapes are checked.
public struct TileKernels: Sendable {
  /// The instruction set that the code was built for; this CPU runs it.
  public let level: TileLevel

  /// How weights are stored in panels, one of `formats`.
  public var format: WeightFormat { product.pointee.format }

  /// True when products are hardware dot products of bf16 pairs, which rounds activations to bf16.
  public let usesBF16Dot: Bool

  /// Floats in one vector: 4, 8 or 16.
  public let lanes: Int

  /// The most rows of a tile: as many as have their accumulators in registers, 3 to 12.
  public let maximumRows: Int

  /// Inputs that one step of a product takes: 1 in f32, 2 in bf16.
  public let inputsPerStep: Int

  /// 32-bit words of a tile that one step reads for each row: 2 where bf16 weights meet f32 activations,
  /// else 1.
  let wordsPerStep: Int

  /// Bytes of a panel that one step reads: two vectors, 32 to 128 bytes.
  public let panelBytesPerStep: Int

  /// How far ahead of itself a single tile asks for its panel.
  public let prefetchDistances: PrefetchDistances

  /// What the build exports.
  ///
  /// It is never freed, as its `product` is not, so that copies of this value, which tasks on all threads make,
  /// count no references: the count would be one line of memory that all of them write.
  @usableFromInline nonisolated(unsafe) let build: UnsafePointer<TileBuild>
  /// The build's product with weights of the format.
  @usableFromInline nonisolated(unsafe) let product: UnsafePointer<TileFormat>

  /// The kernels of a level that the CPU supports.
  ///
  /// - Parameters:
  ///   - format: One of `formats`; there are no kernels for another.
  ///   - prefetchDistances: how far ahead of itself a single tile asks for its panel.
  ///   - allowsBF16Dot: false widens bf16 weights even where the CPU multiplies them.
  public init(
    level: TileLevel, format: WeightFormat,
    prefetchDistances: PrefetchDistances = PrefetchDistances(), allowsBF16Dot: Bool = true
  ) {
    precondition(TileLevel.supported.contains(level), "this CPU does not run level \(level)")
    let build = Self.build(level)
    let hasDot = allowsBF16Dot && vector_cpu_has_bf16_dot()
    let product = build.pointee.products.first {
      $0.pointee.format == format && (hasDot || !$0.pointee.usesBF16Dot)
    }
    guard let product else { preconditionFailure("no kernel multiplies \(format) weights") }
    self.level = level
    self.build = build
    self.product = product
    usesBF16Dot = product.pointee.usesBF16Dot
    lanes = build.pointee.lanes
    maximumRows = product.pointee.maximumRows
    inputsPerStep = product.pointee.inputsPerStep
    wordsPerStep = product.pointee.wordsPerStep
    panelBytesPerStep = product.pointee.panelBytesPerStep
    self.prefetchDistances = prefetchDistances
  }

  /// The formats of weights that there are kernels for, `f32` first: the same at every level, since all
  /// are built from one source.
  public static let formats: [WeightFormat] = TileBuild.v2.pointee.products.map(\.pointee.format)

  private static func build(_ level: TileLevel) -> UnsafePointer<TileBuild> {
    switch level {
    #if arch(x86_64)
      case .v4: return TileBuild.v4
      case .v3: return TileBuild.v3
      case .v2: return TileBuild.v2
      case .neon: preconditionFailure("NEON belongs to arm64")
    #else
      case .neon: return TileBuild.v2
      case .v2, .v3, .v4: preconditionFailure("x86-64 levels belong to x86-64")
    #endif
    }
  }
}
