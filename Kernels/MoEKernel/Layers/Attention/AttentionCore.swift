import Glibc
import LayerSpec
import Tile

/// softmax(q·k)·v of some rows over a cache, chunk by chunk of keys, so that no matrix of tokens × tokens exists
/// (FlashAttention, arXiv 2205.14135).
///
/// A task is one tile of queries that read the same keys: those of all heads of a group, and of as many
/// consecutive tokens of a sequence as a tile has room for. Its scores over a chunk are products of panels of keys
/// with the tile, become weights in place, and are the tile of the products with the panels of values, whose sums
/// stay in the worker's scratch from chunk to chunk.
struct AttentionCore {
  let spec: SelfAttentionSpec
  let cache: KVCache
  /// A row for each token and head, all heads of a token one after the other: `keyWidth` elements, scaled.
  let queries: Rows
  /// The same of `valueWidth` elements.
  let outputs: Rows
  /// The further logit of each head; `nil` for none.
  let sinks: UnsafeMutablePointer<Float>?

  private var kernels: TileKernels { cache.kernels }

  /// Heads and tokens of one tile.
  private var headsPerTile: Int { min(spec.group, kernels.maximumRows) }
  private var tokensPerTile: Int { max(1, kernels.maximumRows / spec.group) }
  /// Tiles that the heads of one group are cut into.
  private var tilesPerGroup: Int { (spec.group + headsPerTile - 1) / headsPerTile }

  /// Tiles that `tokens` consecutive tokens of a sequence make.
  func tasks(tokens: Int) -> Int {
    cache.heads * tilesPerGroup * ((tokens + tokensPerTile - 1) / tokensPerTile)
  }

  /// Consecutive tokens of one sequence, which are its last ones.
  struct Span {
    let sequence: Int
    /// The first of their rows among all rows of the pass.
    let firstRow: Int
    let tokens: Int
    /// The position of the first of them.
    let position: Int
  }

  /// Performs one task of a span.
  func perform(_ task: Int, of span: Span, scratch: UnsafeMutablePointer<Float>) {
    let tiles = (span.tokens + tokensPerTile - 1) / tokensPerTile
    // The last tiles see the most keys and come first, so that threads end together.
    let tile = tiles - 1 - task % tiles
    let part = task / tiles % tilesPerGroup
    let head = task / tiles / tilesPerGroup
    let tokens = tile * tokensPerTile..<min((tile + 1) * tokensPerTile, span.tokens)
    let heads =
      head * spec.group + part
      * headsPerTile..<min(head * spec.group + (part + 1) * headsPerTile, (head + 1) * spec.group)
    attend(tokens: tokens, heads: heads, keyHead: head, span, AttentionScratch(self, at: scratch))
  }

  private func attend(
    tokens: Range<Int>, heads: Range<Int>, keyHead: Int, _ span: Span, _ scratch: AttentionScratch
  ) {
    let rows = tokens.count * heads.count
    var row = 0
    for token in tokens {
      for head in heads {
        scratch.rows[row] = Int32(
          truncatingIfNeeded: (span.firstRow + token) * spec.heads + head)
        scratch.softmax.maxima[row] = TileKernels.lowestScore
        scratch.softmax.sums[row] = 0
        row += 1
      }
    }
    kernels.packTile(
      source: queries.base, stride: queries.stride, indices: scratch.rows, rows: rows,
      depth: spec.keyWidth, tile: scratch.queries)
    let capacity = kernels.blockCapacity
    for panel in 0..<cache.valuePanels {
      (scratch.sums + panel * capacity).update(repeating: 0, count: rows * kernels.panelWidth)
    }
    let firstKey = spec.reach.first(seenBy: span.position + tokens.lowerBound)
    let endKey = span.position + tokens.upperBound
    let keysPerChunk = cache.keysPerChunk
    for chunk in firstKey / keysPerChunk...(endKey - 1) / keysPerChunk {
      attend(
        chunk: chunk,
        keys: max(firstKey, chunk * keysPerChunk)..<min(endKey, (chunk + 1) * keysPerChunk),
        tokens: tokens, headCount: heads.count, rows: rows, keyHead: keyHead, span, scratch)
    }
    finish(tokens: tokens, heads: heads, rows: rows, scratch)
  }

  /// Adds what one chunk of keys gives.
  private func attend(
    chunk: Int, keys: Range<Int>, tokens: Range<Int>, headCount: Int, rows: Int, keyHead: Int,
    _ span: Span, _ scratch: AttentionScratch
  ) {
    let (width, capacity) = (kernels.panelWidth, kernels.blockCapacity)
    let panels = keys.lowerBound / width..<(keys.upperBound + width - 1) / width
    let origin = panels.lowerBound * width
    let keyPanel = cache.keyPanel(panels.lowerBound, sequence: span.sequence, head: keyHead)
    for (index, _) in panels.enumerated() {
      let panel = UnsafeRawPointer(keyPanel + index * width * spec.keyWidth)
      kernels.multiply(
        panel: panel, tile: scratch.queries, steps: spec.keyWidth, rows: rows,
        block: scratch.scores + index * capacity,
        prefetch: kernels.prefetch(
          panel: panel, next: panel, steps: spec.keyWidth, tile: 0, tiles: 1))
    }
    var row = 0
    for token in tokens {
      let position = span.position + token
      let first = max(0, spec.reach.first(seenBy: position) - origin)
      let end = min(panels.count * width, position + 1 - origin)
      for _ in 0..<headCount {
        scratch.softmax.first[row] = Int32(truncatingIfNeeded: first)
        scratch.softmax.end[row] = Int32(truncatingIfNeeded: max(0, end))
        row += 1
      }
    }
    kernels.softmax(
      blocks: scratch.scores, panels: panels.count, rows: rows, softcap: spec.softcap,
      state: scratch.softmax)
    let steps = panels.count * width
    for index in 0..<panels.count {
      kernels.storeTile(
        block: scratch.scores + index * capacity, rows: rows, count: width, input: index * width,
        depth: steps, tile: scratch.weights)
    }
    let offset = (origin - chunk * cache.keysPerChunk) * width
    for panel in 0..<cache.valuePanels {
      let sums = scratch.sums + panel * capacity
      kernels.scaleRows(block: sums, rows: rows, factors: scratch.softmax.corrections)
      let values = UnsafeRawPointer(
        cache.valuePanel(panel, chunk: chunk, sequence: span.sequence, head: keyHead) + offset)
      kernels.multiply(
        panel: values, tile: scratch.weights, steps: steps, rows: rows, block: sums,
        accumulates: true,
        prefetch: kernels.prefetch(panel: values, next: values, steps: steps, tile: 0, tiles: 1))
    }
  }

  /// Divides by the sums of weights and writes the rows.
  private func finish(
    tokens: Range<Int>, heads: Range<Int>, rows: Int, _ scratch: AttentionScratch
  ) {
    let state = scratch.softmax
    for row in 0..<rows {
      var (factor, sum): (Float, Float) = (1, state.sums[row])
      if let sinks {
        let sink = sinks[heads.lowerBound + row % heads.count]
        let maximum = max(state.maxima[row], sink)
        factor = expf(state.maxima[row] - maximum)
        sum = sum * factor + expf(sink - maximum)
      }
      state.corrections[row] = factor / sum
    }
    let width = kernels.panelWidth
    for panel in 0..<cache.valuePanels {
      kernels.storeRows(
        block: scratch.sums + panel * kernels.blockCapacity, rows: rows,
        count: min(width, spec.valueWidth - panel * width), scales: state.corrections,
        destination: outputs.base + panel * width, stride: outputs.stride,
        indices: scratch.rows)
    }
  }

  /// Floats of a worker's scratch; `Int.max` where they cannot be counted.
  static func scratchElements(_ kernels: TileKernels, keyWidth: Int, valueWidth: Int) -> Int {
    let keys = KVCache.panelsPerChunk * kernels.panelWidth
    let blocks = KVCache.panelsPerChunk + kernels.panels(outputs: valueWidth)
    // Each part is padded to whole vectors.
    let padding = (AttentionScratch.arrays + 4) * vectorLanes
    return Saturating.sum(
      Saturating.product(kernels.maximumRows, keyWidth + keys + AttentionScratch.arrays),
      Saturating.product(blocks, kernels.blockCapacity) + padding)
  }
}

/// A worker's scratch, cut into its parts, each on a cache line.
private struct AttentionScratch {
  /// The tile of queries, of weights; blocks of scores and of sums of values.
  let queries: UnsafeMutableRawPointer
  let weights: UnsafeMutableRawPointer
  let scores: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Float>
  let softmax: TileKernels.SoftmaxRows
  /// Which rows of all the tile has.
  let rows: UnsafeMutablePointer<Int32>

  /// Arrays of one element per row.
  static let arrays = 6

  init(_ core: AttentionCore, at scratch: UnsafeMutablePointer<Float>) {
    let kernels = core.cache.kernels
    var next = scratch
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += paddedToVector(count) }
      return next
    }
    func integers() -> UnsafeMutablePointer<Int32> {
      UnsafeMutableRawPointer(take(kernels.maximumRows)).assumingMemoryBound(to: Int32.self)
    }
    queries = UnsafeMutableRawPointer(take(kernels.maximumRows * core.spec.keyWidth))
    weights = UnsafeMutableRawPointer(
      take(kernels.maximumRows * KVCache.panelsPerChunk * kernels.panelWidth))
    scores = take(KVCache.panelsPerChunk * kernels.blockCapacity)
    sums = take(core.cache.valuePanels * kernels.blockCapacity)
    softmax = TileKernels.SoftmaxRows(
      first: integers(), end: integers(), maxima: take(kernels.maximumRows),
      sums: take(kernels.maximumRows), corrections: take(kernels.maximumRows))
    rows = integers()
  }
}
