import Glibc
import LayerSpec
import Tile

/// softmax(q·c)·c of single tokens over cached latent vectors c, which all heads share.
///
/// A task is some heads of one token over one part of its context. Chunk by chunk of keys, the heads' queries
/// are panels, a head in each lane, and meet the latent vectors as they lie; the scores become weights without
/// leaving the L1 cache, and the same vectors, still in L2, are multiplied with them as values. So a context is
/// read from memory once for all heads of a task.
struct LatentCore {
  let spec: SelfAttentionSpec
  let latent: SelfAttentionSpec.Latent
  let kernels: TileKernels
  let cache: LatentCache
  /// A row for each token and head, all heads of a token one after the other: rank + shared width, scaled.
  let queries: Rows
  /// The same of `rank` elements: contexts in the latent space.
  let contexts: Rows
  let parts: ContextParts.Places
  /// The further logit of each head; `nil` for none.
  let sinks: UnsafeMutablePointer<Float>?

  /// A query of a token, and the sequence that it is of.
  struct Token {
    let sequence: Int
    let position: Int
  }

  /// Keys of one chunk: a multiple of the rows of every level's tiles, few enough for scores and a panel of
  /// values to share the L1 cache.
  private static let keysPerChunk = 120
  /// Heads of one task, in whole panels: their queries and sums of contexts stay in L2 (64·1088 floats).
  private static let headsPerTask = 64

  private static func panelsPerTask(_ kernels: TileKernels) -> Int {
    max(1, headsPerTask / kernels.panelWidth)
  }
  private var headsPerTask: Int { Self.panelsPerTask(kernels) * kernels.panelWidth }
  private var headTasks: Int { (spec.heads + headsPerTask - 1) / headsPerTask }
  private var depth: Int { latent.rank + latent.rotaryWidth }
  private var valuePanels: Int { kernels.panels(outputs: latent.rank) }

  /// Parts of the context that a token at a position sees.
  func partCount(position: Int) -> Int {
    ContextParts.parts(keys: position + 1 - spec.reach.first(seenBy: position))
  }

  /// Tasks of one token.
  func tasks(position: Int) -> Int { headTasks * partCount(position: position) }

  /// Performs one task of the token that is `row` among the rows of queries.
  func perform(_ task: Int, row: Int, of token: Token, scratch: UnsafeMutablePointer<Float>) {
    let scratch = LatentScratch(self, at: scratch)
    let (part, group) = (task / headTasks, task % headTasks)
    let heads = group * headsPerTask..<min((group + 1) * headsPerTask, spec.heads)
    let first = spec.reach.first(seenBy: token.position)
    let count = token.position + 1 - first
    let all = partCount(position: token.position)
    begin(heads: heads, row: row, scratch)
    let end = first + (part + 1) * count / all
    var key = first + part * count / all
    while key < end {
      let next = min(key + Self.keysPerChunk, end)
      attend(
        keys: key..<next, to: end, heads: heads.count, token, scratch,
        accumulates: key > first + part * count / all)
      key = next
    }
    if all == 1 {
      finish(heads: heads, row: row, scratch)
    } else {
      leave(heads: heads, row: row, part: part, scratch)
    }
  }

  private func begin(heads: Range<Int>, row: Int, _ scratch: LatentScratch) {
    let (width, panels) = (kernels.panelWidth, kernels.panels(outputs: heads.count))
    for panel in 0..<panels {
      let first = heads.lowerBound + panel * width
      let (source, own) = (
        queries[row * spec.heads + first], scratch.queries + panel * depth * width
      )
      if heads.upperBound - first >= width {
        kernels.packColumns(
          source: source, stride: queries.stride, rows: width, count: depth, columns: own)
        continue
      }
      own.update(repeating: 0, count: depth * width)
      for column in 0..<heads.upperBound - first {
        kernels.packOutput(
          source + column * queries.stride, depth: depth, column: column,
          panel: UnsafeMutableRawPointer(own))
      }
    }
    scratch.shifts.update(repeating: TileKernels.lowestScore, count: panels * width)
    scratch.sums.update(repeating: 0, count: panels * width)
  }

  /// Adds what one chunk of keys gives, or begins with it; `end` is behind the last key of the task.
  private func attend(
    keys: Range<Int>, to end: Int, heads: Int, _ token: Token, _ scratch: LatentScratch,
    accumulates: Bool
  ) {
    let (width, panels) = (kernels.panelWidth, kernels.panels(outputs: heads))
    let rows = cache.row(keys.lowerBound, sequence: token.sequence)
    let tiles = kernels.tiles(rows: keys.count)
    // While scores are computed, the chunk behind this one is asked for, row by row as this one is read.
    let ahead = keys.upperBound < end ? keys.count * cache.stride : 0
    let bytes = (tiles == 0 ? 0 : cache.stride * 4 * kernels.maximumRows) / (panels * depth) + 1
    for tile in 0..<tiles {
      let own = kernels.tileRows(tile, of: keys.count)
      let row = rows + own.lowerBound * cache.stride
      for panel in 0..<panels {
        kernels.multiplyStrided(
          panel: scratch.queries + panel * depth * width, panelStep: width,
          factors: .init(base: row, rowStep: cache.stride, step: 1), steps: depth,
          rows: own.count,
          block: scratch.scores + panel * Self.keysPerChunk * width + own.lowerBound * width,
          prefetch: TilePrefetch(
            start: UnsafeRawPointer(row + ahead) + panel * bytes * depth,
            bytesPerStep: ahead > 0 ? bytes : 0))
      }
    }
    for panel in 0..<panels { weigh(panel, keys: keys.count, scratch) }
    let capacity = kernels.blockCapacity
    for value in 0..<valuePanels {
      for panel in 0..<panels {
        let weights = scratch.scores + panel * Self.keysPerChunk * width
        let blocks = scratch.contexts + panel * scratch.contextStride
        for tile in 0..<scratch.tiles {
          let head = Int(scratch.bounds[tile])
          kernels.multiplyStrided(
            panel: rows + value * width, panelStep: cache.stride,
            factors: .init(base: weights + head, rowStep: 1, step: width),
            steps: keys.count, rows: Int(scratch.bounds[tile + 1]) - head,
            block: blocks + (tile * valuePanels + value) * capacity, accumulates: accumulates)
        }
      }
    }
  }

  /// Weights of one panel of heads, and their contexts corrected where a maximum rose.
  private func weigh(_ panel: Int, keys: Int, _ scratch: LatentScratch) {
    let width = kernels.panelWidth
    let corrections = scratch.corrections + panel * width
    let isCorrected = kernels.softmaxColumns(
      block: scratch.scores + panel * Self.keysPerChunk * width, keys: keys,
      softcap: spec.softcap, shifts: scratch.shifts + panel * width,
      sums: scratch.sums + panel * width, corrections: corrections)
    guard isCorrected else { return }
    for tile in 0..<scratch.tiles {
      let own = kernels.tileRows(tile, of: width)
      let blocks =
        scratch.contexts + panel * scratch.contextStride
        + tile * valuePanels * kernels.blockCapacity
      for value in 0..<valuePanels {
        kernels.scaleRows(
          block: blocks + value * kernels.blockCapacity, rows: own.count,
          factors: corrections + own.lowerBound)
      }
    }
  }

  /// Divides by the sums of weights and writes the contexts.
  private func finish(heads: Range<Int>, row: Int, _ scratch: LatentScratch) {
    for (index, head) in heads.enumerated() {
      var (factor, sum): (Float, Float) = (1, scratch.sums[index])
      if let sinks {
        let maximum = max(scratch.shifts[index], sinks[head])
        factor = expf(scratch.shifts[index] - maximum)
        sum = sum * factor + expf(sinks[head] - maximum)
      }
      scratch.corrections[index] = factor / sum
    }
    store(
      heads: heads.count, scales: scratch.corrections,
      to: contexts[row * spec.heads + heads.lowerBound], stride: contexts.stride, scratch)
  }

  /// Leaves the sums of a part to be merged.
  private func leave(heads: Range<Int>, row: Int, part: Int, _ scratch: LatentScratch) {
    let place = parts.place(
      part: part, query: row * spec.heads + heads.lowerBound, of: contexts.count)
    place.shifts.update(from: scratch.shifts, count: heads.count)
    place.sums.update(from: scratch.sums, count: heads.count)
    store(heads: heads.count, scales: nil, to: place.values, stride: place.stride, scratch)
  }

  private func store(
    heads: Int, scales: UnsafeMutablePointer<Float>?, to target: UnsafeMutablePointer<Float>,
    stride: Int, _ scratch: LatentScratch
  ) {
    let width = kernels.panelWidth
    for panel in 0..<kernels.panels(outputs: heads) {
      for tile in 0..<scratch.tiles {
        let own = kernels.tileRows(tile, of: width)
        let head = panel * width + own.lowerBound
        let rows = min(own.count, heads - head)
        if rows <= 0 { continue }
        let blocks =
          scratch.contexts + panel * scratch.contextStride
          + tile * valuePanels * kernels.blockCapacity
        for value in 0..<valuePanels {
          kernels.storeRows(
            block: blocks + value * kernels.blockCapacity, rows: rows,
            count: min(width, latent.rank - value * width), scales: scales.map { $0 + head },
            destination: target + head * stride + value * width, stride: stride)
        }
      }
    }
  }

  /// Floats of a worker's scratch; `Int.max` where they cannot be counted.
  static func scratchElements(_ latent: SelfAttentionSpec.Latent, _ kernels: TileKernels) -> Int {
    let width = kernels.panelWidth
    let head = Saturating.sum(latent.rank + latent.rotaryWidth + keysPerChunk, 3)
    let contexts = Saturating.product(
      kernels.tiles(rows: width) * kernels.blockCapacity, kernels.panels(outputs: latent.rank))
    let tiles = paddedToVector(kernels.tiles(rows: width) + 1)
    return Saturating.sum(
      Saturating.product(
        panelsPerTask(kernels), Saturating.sum(Saturating.product(width, head), contexts)), tiles)
  }

  /// A worker's scratch, cut into its parts; each is a whole number of panels' rows.
  private struct LatentScratch {
    /// Panels of queries, blocks of scores and of contexts, `contextStride` floats a panel of heads.
    let queries: UnsafeMutablePointer<Float>
    let scores: UnsafeMutablePointer<Float>
    let contexts: UnsafeMutablePointer<Float>
    let contextStride: Int
    /// Tiles that the heads of a panel are cut into, and the first head of each.
    let tiles: Int
    let bounds: UnsafeMutablePointer<Int32>
    let shifts: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let corrections: UnsafeMutablePointer<Float>

    init(_ core: LatentCore, at scratch: UnsafeMutablePointer<Float>) {
      let kernels = core.kernels
      let heads = LatentCore.panelsPerTask(kernels) * kernels.panelWidth
      tiles = kernels.tiles(rows: kernels.panelWidth)
      contextStride = tiles * core.valuePanels * kernels.blockCapacity
      queries = scratch
      scores = queries + heads * core.depth
      contexts = scores + heads * LatentCore.keysPerChunk
      shifts = contexts + LatentCore.panelsPerTask(kernels) * contextStride
      sums = shifts + heads
      corrections = sums + heads
      bounds = UnsafeMutableRawPointer(corrections + heads).assumingMemoryBound(to: Int32.self)
      for tile in 0..<tiles {
        bounds[tile] = Int32(
          truncatingIfNeeded: kernels.tileRows(tile, of: kernels.panelWidth).lowerBound)
      }
      bounds[tiles] = Int32(truncatingIfNeeded: kernels.panelWidth)
    }
  }
}
