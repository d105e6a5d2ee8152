import LayerSpec
import Tile

/// The queries of a pass in the order in which tasks of attention multiply them.
///
/// The rows of a tile lie as those that products leave (`TileKernels.FactorBlocks`): `panelWidth` floats of each, then
/// the next ones. A pass brings each token's queries here where it turns them, so that no task copies them, and
/// what a task reads is one piece of memory. Copying within tasks, and asking for what was to be copied, was 4
/// hundredths of the peak with 256 tokens (Zen 5, 2026-11-30).
///
/// The rows of a span are those of its tasks (`AttentionCore`): of one head of keys after the other all tokens, and of
/// a token the heads of the group.
struct QueryTiles {
  private let kernels: TileKernels
  private let heads: Int
  private let group: Int
  private let keyWidth: Int
  private let tokensPerTask: Int
  /// A query, filled up to whole panels.
  private let floatsPerRow: Int
  private let base: UnsafeMutablePointer<Float>
  /// Queries that there is memory for.
  private let count: Int

  /// Memory of a row for each token, `columns` floats each.
  init(_ spec: SelfAttentionSpec, _ kernels: TileKernels, in memory: Matrix) {
    self.kernels = kernels
    (heads, group, keyWidth) = (spec.heads, spec.group, spec.keyWidth)
    tokensPerTask = AttentionCore.tokensPerTask(kernels, group: spec.group)
    floatsPerRow = kernels.panels(outputs: spec.keyWidth) * kernels.panelWidth
    base = memory.all.base
    count = memory.rows * heads
    precondition(memory.columns >= Self.columns(spec, kernels), "\(memory.columns) floats a token")
  }

  /// Floats of a token's queries; `Int.max` where they cannot be counted.
  static func columns(_ spec: SelfAttentionSpec, _ kernels: TileKernels) -> Int {
    Saturating.product(
      spec.heads,
      Saturating.product(kernels.panels(outputs: spec.keyWidth), kernels.panelWidth))
  }

  /// Where the rows of some tokens begin, which are consecutive in one task.
  func start(
    _ tokens: Range<Int>, head: Int, of span: AttentionCore.Span
  ) -> UnsafeMutablePointer<Float> {
    let row = span.firstRow * heads + (head * span.tokens + tokens.lowerBound) * group
    precondition(
      row >= 0 && row + tokens.count * group <= count, "queries \(row)… of \(count)")
    return base + row * floatsPerRow
  }

  /// Bytes of the queries of so many tokens, of one head of keys.
  func bytes(tokens: Int) -> Int {
    tokens * group * floatsPerRow * MemoryLayout<Float>.stride
  }

  /// A tile of a task whose rows begin at `start`.
  @inline(__always)
  func tile(
    firstRow: Int, rows: Int, from start: UnsafeMutablePointer<Float>
  ) -> TileKernels.FactorBlocks {
    .init(base: start + firstRow &* floatsPerRow, stride: rows &* kernels.panelWidth)
  }

  /// Stores the queries of a token, heads side by side; different tokens by different threads.
  func store(_ queries: UnsafePointer<Float>, token: Int, of span: AttentionCore.Span) {
    let first = token / tokensPerTask * tokensPerTask
    let tokens = first..<min(first + tokensPerTask, span.tokens)
    let taskRows = tokens.count * group
    let tiles = kernels.tiles(rows: taskRows)
    var member = 0
    while member < group {
      // Tiles have a row more or less than each other, and end within tokens.
      let row = (token - first) * group + member
      let tile = ((row + 1) * tiles - 1) / taskRows
      let own = kernels.tileRows(tile, of: taskRows)
      let count = min(own.upperBound - row, group - member)
      for head in 0..<heads / group {
        let start = start(tokens, head: head, of: span)
        kernels.packBlocks(
          source: queries + (head * group + member) * keyWidth, stride: keyWidth, rows: count,
          count: keyWidth,
          blocks: start
            + (own.lowerBound * floatsPerRow
              + (row - own.lowerBound) * kernels.panelWidth),
          blockStride: own.count * kernels.panelWidth)
      }
      member += count
    }
  }
}
