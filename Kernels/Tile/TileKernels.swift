import CVector
import LayerSpec

#if arch(x86_64)
  import TileV2
  import TileV3
  import TileV4
#else
  import TileV2
#endif

/// The register-blocked micro-kernel of one instruction set and one weight format.
///
/// Weights are packed once into *panels*: the weights of `panelWidth` outputs, input by input, as two
/// vectors (`packOutput`). A pass copies the rows that one product takes into a *tile*, again input by input
/// (`packTile`). A product multiplies one panel with one tile into a *block* of `panelWidth` sums per
/// row (`multiply`), which the epilogue activates, scales and stores while it is in the first-level
/// cache.
///
/// Levels differ in vector width and in the rows that their registers hold, so panels, tiles and
/// blocks belong to the value that made them. Choose it once at start and keep it.
///
/// Addresses and lengths are the caller's promise, as everywhere under Kernels/; shapes are checked.
public struct TileKernels: Sendable {
  typealias Multiply =
    @Sendable (
      _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ steps: Int, _ rows: Int,
      _ block: UnsafeMutablePointer<Float>, _ accumulates: Bool, _ prefetch: UnsafeRawPointer,
      _ prefetchStep: Int
    ) -> Void
  typealias PackTile =
    @Sendable (
      _ source: UnsafePointer<Float>, _ stride: Int, _ indices: UnsafePointer<Int32>?, _ rows: Int,
      _ depth: Int, _ paddedDepth: Int, _ tile: UnsafeMutableRawPointer
    ) -> Void
  typealias StoreTile =
    @Sendable (
      _ block: UnsafePointer<Float>, _ rows: Int, _ count: Int, _ input: Int,
      _ tile: UnsafeMutableRawPointer
    ) -> Void
  typealias StoreRows =
    @Sendable (
      _ block: UnsafePointer<Float>, _ rows: Int, _ count: Int, _ scales: UnsafePointer<Float>?,
      _ destination: UnsafeMutablePointer<Float>, _ stride: Int, _ indices: UnsafePointer<Int32>?
    ) -> Void
  typealias AddBias =
    @Sendable (
      _ block: UnsafeMutablePointer<Float>, _ rows: Int, _ first: UnsafePointer<Float>?,
      _ firstCount: Int, _ second: UnsafePointer<Float>?, _ secondCount: Int
    ) -> Void
  typealias Activate =
    @Sendable (_ block: UnsafeMutablePointer<Float>, _ rows: Int, _ activation: Activation) -> Void
  typealias Compute =
    @Sendable (_ rounds: Int, _ factor: Float, _ addend: Float) -> (flops: Int, checksum: Float)
  typealias Read = @Sendable (_ memory: UnsafeRawPointer, _ bytes: Int) -> UInt32

  /// The instruction set.
  public let level: TileLevel

  /// How weights are stored in panels.
  public let storage: PanelStorage

  /// True when products are hardware dot products of bf16 pairs, which rounds activations to bf16.
  public let usesBF16Dot: Bool

  /// Floats in one vector: 4, 8 or 16.
  public let lanes: Int

  /// The most rows that one product takes.
  public let maximumRows: Int

  let multiplyEntry: Multiply
  let packTileEntry: PackTile
  let storeTileEntry: StoreTile
  let storeRowsEntry: StoreRows
  let addBiasEntry: AddBias
  let activateGatedEntry: Activate
  let activatePlainEntry: Activate
  let computeEntry: Compute
  let readEntry: Read

  /// The kernels of a level that the CPU supports.
  ///
  /// - Parameter allowsBF16Dot: false widens bf16 weights even where the CPU multiplies them.
  public init(level: TileLevel, storage: PanelStorage, allowsBF16Dot: Bool = true) {
    precondition(TileLevel.supported.contains(level), "this CPU does not run level \(level)")
    switch level {
    #if arch(x86_64)
      case .v4: self.init(v4: storage, dot: allowsBF16Dot && vector_cpu_has_bf16_dot())
      case .v3: self.init(v3: storage)
      case .v2: self.init(baseline: storage, level: .v2)
      case .neon: preconditionFailure("NEON belongs to arm64")
    #else
      case .neon: self.init(baseline: storage, level: .neon)
      case .v2, .v3, .v4: preconditionFailure("x86-64 levels belong to x86-64")
    #endif
    }
  }
}

// One initialiser per build: the modules declare the same names, and each is told apart by its own.
extension TileKernels {
  private init(baseline storage: PanelStorage, level: TileLevel) {
    self.level = level
    self.storage = storage
    usesBF16Dot = false
    lanes = TileV2.lanes
    let isF32 = storage == .f32
    maximumRows = isF32 ? TileV2.maximumRows : TileV2.maximumRowsWidened
    multiplyEntry = isF32 ? TileV2.multiplyF32 : TileV2.multiplyWidened
    packTileEntry = TileV2.packFloats
    storeTileEntry = TileV2.storeFloats
    storeRowsEntry = TileV2.storeRows
    addBiasEntry = TileV2.addBias
    activateGatedEntry = TileV2.activateGated
    activatePlainEntry = TileV2.activatePlain
    computeEntry = TileV2.multiplyInRegisters
    readEntry = TileV2.readStreams
  }

  #if arch(x86_64)
    private init(v3 storage: PanelStorage) {
      level = .v3
      self.storage = storage
      usesBF16Dot = false
      lanes = TileV3.lanes
      let isF32 = storage == .f32
      maximumRows = isF32 ? TileV3.maximumRows : TileV3.maximumRowsWidened
      multiplyEntry = isF32 ? TileV3.multiplyF32 : TileV3.multiplyWidened
      packTileEntry = TileV3.packFloats
      storeTileEntry = TileV3.storeFloats
      storeRowsEntry = TileV3.storeRows
      addBiasEntry = TileV3.addBias
      activateGatedEntry = TileV3.activateGated
      activatePlainEntry = TileV3.activatePlain
      computeEntry = TileV3.multiplyInRegisters
      readEntry = TileV3.readStreams
    }

    private init(v4 storage: PanelStorage, dot: Bool) {
      level = .v4
      self.storage = storage
      lanes = TileV4.lanes
      maximumRows = TileV4.maximumRows
      usesBF16Dot = dot && storage == .bf16
      if usesBF16Dot {
        multiplyEntry = TileV4.multiplyDot
        packTileEntry = TileV4.packPairs
        storeTileEntry = TileV4.storePairs
        computeEntry = TileV4.dotInRegisters
      } else {
        multiplyEntry = storage == .f32 ? TileV4.multiplyF32 : TileV4.multiplyWidened
        packTileEntry = TileV4.packFloats
        storeTileEntry = TileV4.storeFloats
        computeEntry = TileV4.multiplyInRegisters
      }
      storeRowsEntry = TileV4.storeRows
      addBiasEntry = TileV4.addBias
      activateGatedEntry = TileV4.activateGated
      activatePlainEntry = TileV4.activatePlain
      readEntry = TileV4.readStreams
    }
  #endif
}
