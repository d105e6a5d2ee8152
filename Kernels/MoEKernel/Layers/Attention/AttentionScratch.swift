import LayerSpec
import Tile

/// A worker's scratch for a task of attention, cut into its parts, each on a cache line.
struct AttentionScratch {
  /// Which of all rows the task has.
  let rows: UnsafeMutablePointer<Int32>
  let softmax: TileKernels.SoftmaxRows
  let tiles: UnsafeMutablePointer<Tile>

  /// Some rows of a task, whose sums are in registers together.
  struct Tile {
    /// The first of them among those of the task.
    let firstRow: Int32
    let rows: Int32
    /// The token of the first among those of the task, and which of its rows that is.
    let firstToken: Int32
    let firstMember: Int32
    /// The token of the last.
    let lastToken: Int32
    /// The first panel of the present chunk that any of them sees, the one behind the last, and the key behind
    /// the last.
    var firstPanel: Int32 = 0
    var endPanel: Int32 = 0
    var endKey: Int32 = 0
    /// The first key, from which on the first panel is seen.
    var firstKey: Int32 = 0
    /// Whether any chunk was added to its sums; before that they are of no meaning.
    var hasSums = false
  }

  private let scores: UnsafeMutablePointer<Float>
  private let sums: UnsafeMutablePointer<Float>
  private let scoreStride: Int
  private let sumStride: Int
  private let blockStride: Int

  init(
    _ kernels: TileKernels, rows count: Int, _ spec: SelfAttentionSpec,
    at scratch: UnsafeMutablePointer<Float>
  ) {
    let tileCount = kernels.tiles(rows: count)
    blockStride = kernels.blockCapacity
    scoreStride = KVCache.panelsPerChunk * blockStride
    sumStride = kernels.panels(outputs: spec.valueWidth) * blockStride
    var next = scratch
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += paddedToVector(count) }
      return next
    }
    func integers() -> UnsafeMutablePointer<Int32> {
      UnsafeMutableRawPointer(take(count)).assumingMemoryBound(to: Int32.self)
    }
    scores = take(tileCount * scoreStride)
    sums = take(tileCount * sumStride)
    softmax = TileKernels.SoftmaxRows(
      first: integers(), end: integers(), shifts: take(count), sums: take(count),
      corrections: take(count))
    rows = integers()
    tiles = UnsafeMutableRawPointer(take(tileCount * Self.floatsPerTile))
      .bindMemory(to: Tile.self, capacity: tileCount)
  }

  private static let floatsPerTile = MemoryLayout<Tile>.stride / MemoryLayout<Float>.stride

  /// The blocks of a tile's scores, and of the weights that they become, one for each panel of a chunk.
  func scores(_ tile: Int) -> UnsafeMutablePointer<Float> { scores + tile &* scoreStride }
  /// The block of a tile's sums of one panel of values.
  func sums(_ tile: Int, _ panel: Int) -> UnsafeMutablePointer<Float> {
    sums + (tile &* sumStride &+ panel &* blockStride)
  }

  /// Floats for as many rows; `Int.max` where they cannot be counted.
  static func elements(_ kernels: TileKernels, rows: Int, _ spec: SelfAttentionSpec) -> Int {
    let blocks = Saturating.sum(KVCache.panelsPerChunk, kernels.panels(outputs: spec.valueWidth))
    let tile = Saturating.product(blocks, kernels.blockCapacity)
    return Saturating.sum(
      Saturating.product(
        kernels.tiles(rows: rows), Saturating.sum(tile, floatsPerTile + vectorLanes)),
      6 * paddedToVector(rows))
  }
}
