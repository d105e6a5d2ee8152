import LayerSpec

#if arch(x86_64)
  import TileV2
  import TileV3
  import TileV4
#else
  import TileV2
#endif

// What products are called by can be inlined into other modules, so that a layer calls the build's function and
// nothing before it: attention's products take half a microsecond, of which a call more was a hundredth.

@usableFromInline typealias Multiply =
  @Sendable (
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ steps: Int, _ rows: Int,
    _ block: UnsafeMutablePointer<Float>, _ accumulates: Bool, _ streams: Bool,
    _ prefetch: UnsafeRawPointer, _ prefetchStep: Int
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
    _ destination: UnsafeMutablePointer<Float>, _ stride: Int, _ indices: UnsafePointer<Int32>?,
    _ streams: Bool
  ) -> Void
typealias AddBias =
  @Sendable (
    _ block: UnsafeMutablePointer<Float>, _ rows: Int, _ first: UnsafePointer<Float>?,
    _ firstCount: Int, _ second: UnsafePointer<Float>?, _ secondCount: Int
  ) -> Void
typealias Activate =
  @Sendable (_ block: UnsafeMutablePointer<Float>, _ rows: Int, _ activation: Activation) -> Void
typealias Softmax =
  @Sendable (
    _ blocks: UnsafeMutablePointer<Float>, _ stride: Int, _ panels: Int, _ rows: Int,
    _ first: UnsafePointer<Int32>, _ end: UnsafePointer<Int32>, _ softcap: Float,
    _ shifts: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ corrections: UnsafeMutablePointer<Float>
  ) -> Bool
typealias SoftmaxGradients =
  @Sendable (
    _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>,
    _ stride: Int, _ panels: Int, _ rows: Int, _ factors: UnsafePointer<Float>,
    _ means: UnsafeMutablePointer<Float>
  ) -> Void
typealias ScaleRows =
  @Sendable (
    _ block: UnsafeMutablePointer<Float>, _ rows: Int, _ factors: UnsafePointer<Float>
  ) -> Void
typealias MultiplyBackward =
  @Sendable (
    _ weights: UnsafePointer<Float>, _ panelStride: Int, _ panels: Int, _ inputs: Int,
    _ rows: UnsafePointer<Float>, _ rowStep: Int, _ vectors: Int,
    _ sums: UnsafeMutablePointer<Float>, _ accumulates: Bool, _ prefetch: UnsafeRawPointer
  ) -> Void
typealias MultiplyBackwardRows =
  @Sendable (
    _ weights: UnsafePointer<Float>, _ panelStride: Int, _ panels: Int, _ inputs: Int,
    _ rows: UnsafePointer<Float>, _ rowStride: Int, _ rowCount: Int,
    _ block: UnsafeMutablePointer<Float>, _ accumulates: Bool, _ prefetch: UnsafeRawPointer
  ) -> Void
typealias PackColumns =
  @Sendable (
    _ source: UnsafePointer<Float>, _ stride: Int, _ indices: UnsafePointer<Int32>?, _ rows: Int,
    _ count: Int, _ columns: UnsafeMutablePointer<Float>
  ) -> Void
typealias ActivateBackward =
  @Sendable (
    _ block: UnsafePointer<Float>, _ rows: Int, _ vectors: Int, _ isGated: Bool,
    _ activation: Activation, _ kept: UnsafePointer<Float>, _ keptStride: Int,
    _ gradients: UnsafeMutablePointer<Float>, _ gradientStride: Int,
    _ active: UnsafeMutablePointer<Float>, _ activeStride: Int
  ) -> Void
@usableFromInline typealias MultiplyStrided =
  @Sendable (
    _ panel: UnsafeRawPointer, _ panelStep: Int, _ factors: UnsafePointer<Float>, _ rowStep: Int,
    _ factorStep: Int, _ steps: Int, _ rows: Int, _ block: UnsafeMutablePointer<Float>,
    _ accumulates: Bool, _ prefetch: UnsafeRawPointer, _ prefetchStep: Int
  ) -> Void
@usableFromInline
typealias MultiplyHalfBlocks =
  @Sendable (
    _ panel: UnsafeRawPointer, _ factors: UnsafePointer<Float>, _ stride: Int, _ steps: Int,
    _ rows: Int, _ block: UnsafeMutablePointer<Float>, _ prefetch: UnsafeRawPointer,
    _ prefetchStep: Int
  ) -> Void
@usableFromInline typealias MultiplyBlocks =
  @Sendable (
    _ panel: UnsafeRawPointer, _ factors: UnsafePointer<Float>, _ stride: Int, _ steps: Int,
    _ rows: Int, _ block: UnsafeMutablePointer<Float>, _ accumulates: Bool,
    _ prefetch: UnsafeRawPointer, _ prefetchStep: Int,
    _ beside: UnsafeRawPointer, _ besideStep: Int
  ) -> Void
typealias PackBlocks =
  @Sendable (
    _ source: UnsafePointer<Float>, _ stride: Int, _ indices: UnsafePointer<Int32>?, _ rows: Int,
    _ count: Int, _ blocks: UnsafeMutablePointer<Float>, _ blockStride: Int
  ) -> Void
typealias SoftmaxColumns =
  @Sendable (
    _ block: UnsafeMutablePointer<Float>, _ keys: Int, _ softcap: Float,
    _ shifts: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ corrections: UnsafeMutablePointer<Float>
  ) -> Bool
typealias NormaliseRow =
  @Sendable (
    _ row: UnsafeMutablePointer<Float>, _ count: Int, _ scale: UnsafePointer<Float>?,
    _ epsilon: Float, _ target: UnsafeMutablePointer<Float>
  ) -> Void
typealias AddRow =
  @Sendable (
    _ branch: UnsafePointer<Float>, _ factor: Float, _ row: UnsafePointer<Float>?,
    _ target: UnsafeMutablePointer<Float>, _ count: Int
  ) -> Void
typealias TurnRow =
  @Sendable (
    _ row: UnsafeMutablePointer<Float>, _ pairs: Int, _ cosines: UnsafePointer<Float>,
    _ sines: UnsafePointer<Float>
  ) -> Void
typealias Compute =
  @Sendable (_ rounds: Int, _ factor: Float, _ addend: Float) -> (flops: Int, checksum: Float)
typealias Read =
  @Sendable (_ memory: UnsafeRawPointer, _ bytes: Int, _ distance: Int) -> UInt32

/// How products with weights of one format are made: operands in, sums out.
@usableFromInline
struct TileFormat: Sendable {
  let format: WeightFormat
  /// True for dot products of bf16 pairs, which round activations and which not every CPU has.
  var usesBF16Dot = false
  /// The most rows of a tile, which follow from the build's registers (`Kernel/Shape.swift`).
  let maximumRows: Int
  let inputsPerStep: Int
  /// 32-bit words of a tile that one step reads for each row.
  let wordsPerStep: Int
  let panelBytesPerStep: Int
  @usableFromInline let multiply: Multiply
  let packTile: PackTile
  let storeTile: StoreTile
  let compute: Compute
}

/// One build of the microkernel: what its module exports.
///
/// The modules declare the same names, so each function is named with its module; this is the only place
/// that does.
@usableFromInline
struct TileBuild {
  /// Floats in one vector.
  let lanes: Int
  /// The products that it has, of those with one format the fastest first: the first that the CPU supports is
  /// taken.
  let products: [UnsafePointer<TileFormat>]
  let storeRows: StoreRows
  let addBias: AddBias
  let activateGated: Activate
  let activatePlain: Activate
  let softmax: Softmax
  let softmaxGradients: SoftmaxGradients
  let scaleRows: ScaleRows
  @usableFromInline let multiplyStrided: MultiplyStrided
  @usableFromInline let multiplyBlocks: MultiplyBlocks
  @usableFromInline let multiplyHalfBlocks: MultiplyHalfBlocks
  let packBlocks: PackBlocks
  let softmaxColumns: SoftmaxColumns
  let normaliseRow: NormaliseRow
  let addRow: AddRow
  let turnHalves: TurnRow
  let turnNeighbours: TurnRow
  let activateBackward: ActivateBackward
  /// Inputs of a backward product by its vectors of rows, from one vector on.
  let backwardInputs: InlineArray<3, Int>
  /// The same where fewer inputs are left.
  let backwardInputsOfRest: InlineArray<3, Int>
  let multiplyBackward: MultiplyBackward
  /// The most rows of a backward product of single rows.
  let backwardRows: Int
  let multiplyBackwardRows: MultiplyBackwardRows
  let packColumns: PackColumns
  /// Reading in `ReadPattern.streamCounts` streams.
  let reads: [Read]
}

/// A copy of a value that is never freed.
private func immortal<Value>(_ value: Value) -> UnsafePointer<Value> {
  let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
  memory.initialize(to: value)
  return UnsafePointer(memory)
}

extension TileBuild {
  /// What stands for minus infinity among scores, the same in every build.
  static var lowestScore: Float { TileV2.lowestScore }

  /// x86-64-v2; on arm64 the same target is built for NEON and is the only one.
  nonisolated(unsafe) static let v2 = immortal(
    TileBuild(
      lanes: TileV2.lanes,
      products: [
        immortal(
          TileFormat(
            format: .f32, maximumRows: TileV2.maximumRows, inputsPerStep: 1, wordsPerStep: 1,
            panelBytesPerStep: 8 * TileV2.lanes, multiply: TileV2.multiplyF32,
            packTile: TileV2.packFloats, storeTile: TileV2.storeFloats,
            compute: TileV2.multiplyInRegisters)),
        immortal(
          TileFormat(
            format: .bf16, maximumRows: TileV2.maximumRowsWidened, inputsPerStep: 2,
            wordsPerStep: 2,
            panelBytesPerStep: 8 * TileV2.lanes, multiply: TileV2.multiplyWidened,
            packTile: TileV2.packFloats, storeTile: TileV2.storeFloats,
            compute: TileV2.multiplyInRegisters)),
      ],
      storeRows: TileV2.storeRows, addBias: TileV2.addBias, activateGated: TileV2.activateGated,
      activatePlain: TileV2.activatePlain, softmax: TileV2.softmaxBlocks,
      softmaxGradients: TileV2.softmaxGradients,
      scaleRows: TileV2.scaleRows, multiplyStrided: TileV2.multiplyStrided,
      multiplyBlocks: TileV2.multiplyBlocks, multiplyHalfBlocks: TileV2.multiplyHalfBlocks,
      packBlocks: TileV2.packBlocks,
      softmaxColumns: TileV2.softmaxColumns, normaliseRow: TileV2.normaliseRow,
      addRow: TileV2.addRow, turnHalves: TileV2.turnHalves,
      turnNeighbours: TileV2.turnNeighbours,
      activateBackward: TileV2.activateBackward,
      backwardInputs: TileV2.backwardInputs, backwardInputsOfRest: TileV2.backwardInputsOfRest,
      multiplyBackward: TileV2.multiplyBackward,
      backwardRows: TileV2.backwardRows, multiplyBackwardRows: TileV2.multiplyBackwardRows,
      packColumns: TileV2.packColumns,
      reads: [TileV2.readOneStream, TileV2.readTwoStreams, TileV2.readFourStreams]))

  #if arch(x86_64)
    nonisolated(unsafe) static let v3 = immortal(
      TileBuild(
        lanes: TileV3.lanes,
        products: [
          immortal(
            TileFormat(
              format: .f32, maximumRows: TileV3.maximumRows, inputsPerStep: 1, wordsPerStep: 1,
              panelBytesPerStep: 8 * TileV3.lanes, multiply: TileV3.multiplyF32,
              packTile: TileV3.packFloats, storeTile: TileV3.storeFloats,
              compute: TileV3.multiplyInRegisters)),
          immortal(
            TileFormat(
              format: .bf16, maximumRows: TileV3.maximumRowsWidened, inputsPerStep: 2,
              wordsPerStep: 2,
              panelBytesPerStep: 8 * TileV3.lanes, multiply: TileV3.multiplyWidened,
              packTile: TileV3.packFloats, storeTile: TileV3.storeFloats,
              compute: TileV3.multiplyInRegisters)),
        ],
        storeRows: TileV3.storeRows, addBias: TileV3.addBias, activateGated: TileV3.activateGated,
        activatePlain: TileV3.activatePlain, softmax: TileV3.softmaxBlocks,
        softmaxGradients: TileV3.softmaxGradients,
        scaleRows: TileV3.scaleRows, multiplyStrided: TileV3.multiplyStrided,
        multiplyBlocks: TileV3.multiplyBlocks, multiplyHalfBlocks: TileV3.multiplyHalfBlocks,
        packBlocks: TileV3.packBlocks,
        softmaxColumns: TileV3.softmaxColumns, normaliseRow: TileV3.normaliseRow,
        addRow: TileV3.addRow, turnHalves: TileV3.turnHalves,
        turnNeighbours: TileV3.turnNeighbours,
        activateBackward: TileV3.activateBackward,
        backwardInputs: TileV3.backwardInputs, backwardInputsOfRest: TileV3.backwardInputsOfRest,
        multiplyBackward: TileV3.multiplyBackward,
        backwardRows: TileV3.backwardRows, multiplyBackwardRows: TileV3.multiplyBackwardRows,
        packColumns: TileV3.packColumns,
        reads: [TileV3.readOneStream, TileV3.readTwoStreams, TileV3.readFourStreams]))

    nonisolated(unsafe) static let v4 = immortal(
      TileBuild(
        lanes: TileV4.lanes,
        products: [
          immortal(
            TileFormat(
              format: .f32, maximumRows: TileV4.maximumRows, inputsPerStep: 1, wordsPerStep: 1,
              panelBytesPerStep: 8 * TileV4.lanes, multiply: TileV4.multiplyF32,
              packTile: TileV4.packFloats, storeTile: TileV4.storeFloats,
              compute: TileV4.multiplyInRegisters)),
          immortal(
            TileFormat(
              format: .bf16, usesBF16Dot: true, maximumRows: TileV4.maximumRows, inputsPerStep: 2,
              wordsPerStep: 1, panelBytesPerStep: 8 * TileV4.lanes, multiply: TileV4.multiplyDot,
              packTile: TileV4.packPairs, storeTile: TileV4.storePairs,
              compute: TileV4.dotInRegisters)),
          immortal(
            TileFormat(
              format: .bf16, maximumRows: TileV4.maximumRowsWidened, inputsPerStep: 2,
              wordsPerStep: 2,
              panelBytesPerStep: 8 * TileV4.lanes, multiply: TileV4.multiplyWidened,
              packTile: TileV4.packFloats, storeTile: TileV4.storeFloats,
              compute: TileV4.multiplyInRegisters)),
        ],
        storeRows: TileV4.storeRows, addBias: TileV4.addBias, activateGated: TileV4.activateGated,
        activatePlain: TileV4.activatePlain, softmax: TileV4.softmaxBlocks,
        softmaxGradients: TileV4.softmaxGradients,
        scaleRows: TileV4.scaleRows, multiplyStrided: TileV4.multiplyStrided,
        multiplyBlocks: TileV4.multiplyBlocks, multiplyHalfBlocks: TileV4.multiplyHalfBlocks,
        packBlocks: TileV4.packBlocks,
        softmaxColumns: TileV4.softmaxColumns, normaliseRow: TileV4.normaliseRow,
        addRow: TileV4.addRow, turnHalves: TileV4.turnHalves,
        turnNeighbours: TileV4.turnNeighbours,
        activateBackward: TileV4.activateBackward,
        backwardInputs: TileV4.backwardInputs, backwardInputsOfRest: TileV4.backwardInputsOfRest,
        multiplyBackward: TileV4.multiplyBackward,
        backwardRows: TileV4.backwardRows, multiplyBackwardRows: TileV4.multiplyBackwardRows,
        packColumns: TileV4.packColumns,
        reads: [TileV4.readOneStream, TileV4.readTwoStreams, TileV4.readFourStreams]))
  #endif
}
