import Glibc
import LayerSpec
import Tile

/// The backward pass of softmax(q·k)·v over one sequence from its beginning: from gradients of heads those of
/// queries, keys and values.
///
/// A task is one head of queries. Some tiles of its queries meet all keys that they see; their weights w are computed
/// again, as no pass keeps a table of tokens × tokens, and with dw = dy·v the gradients of scores are
/// ds = w·(dw − Σ w·dw) (FlashAttention, arXiv 2205.14135, algorithm 4). Weights and ds stay as the products leave
/// them, a panel of keys after the other with a row for each query: so they are panels themselves, of keys, which
/// queries are the steps of, for dv = wᵀ·dy and dk = dsᵀ·q. Heads of a group each have gradients of keys and values
/// of their own, which are summed afterwards: how is a matter of shapes alone, so that threads change no bit.
struct AttentionBackward {
  let spec: SelfAttentionSpec
  let kernels: TileKernels
  /// Queries, keys and values as they meet: a row for each token, heads side by side.
  let queries: Rows
  let keys: Rows
  let values: Rows
  /// The gradient by what heads give.
  let gradient: Rows
  /// Where gradients go: of queries; of keys and values for each head of queries.
  let queryGradient: Rows
  let keyGradients: Rows
  let valueGradients: Rows
  /// The further logit of each head and its gradient; `nil` for none.
  let sinks: (logits: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>)?
  /// Brings columns of queries and gradients into the order of products over rows.
  let staging: StripStaging

  var tokens: Int { queries.count }
  private var width: Int { kernels.panelWidth }

  /// Tiles of queries that meet a panel of keys while it is in the L1 cache.
  static let tilesAtOnce = 4

  /// One head.
  func perform(head: Int, scratch: UnsafeMutablePointer<Float>) {
    let scratch = AttentionBackwardScratch(kernels, spec, tokens: tokens, at: scratch)
    pack(head / spec.group, scratch)
    let queriesAtOnce = Self.tilesAtOnce * kernels.maximumRows
    for first in stride(from: 0, to: tokens, by: queriesAtOnce) {
      let part = QueryPart(
        pass: self, scratch: scratch, head: head,
        tokens: first..<min(first + queriesAtOnce, tokens))
      part.score()
      for tile in 0..<part.tiles { part.weigh(tile) }
      part.mixKeysAndValues()
    }
    // Panels of keys and values are not needed any more.
    unpack(
      scratch.keyGradients, depth: spec.keyWidth, to: keyGradients, column: head * spec.keyWidth,
      by: scratch.keys)
    unpack(
      scratch.valueGradients, depth: spec.valueWidth, to: valueGradients,
      column: head * spec.valueWidth, by: scratch.values)
  }

  /// Brings a head's keys and values into panels: as outputs for scores and dw, keys as inputs for dq as well.
  ///
  /// Columns and rows behind the last token are zeros.
  private func pack(_ head: Int, _ scratch: AttentionBackwardScratch) {
    pack(keys, column: head * spec.keyWidth, depth: spec.keyWidth, into: scratch.keys, scratch)
    pack(
      values, column: head * spec.valueWidth, depth: spec.valueWidth, into: scratch.values, scratch)
    for token in 0..<kernels.panels(outputs: tokens) * width {
      let key = token < tokens ? keys[token] + head * spec.keyWidth : scratch.zeros
      for part in 0..<kernels.panels(outputs: spec.keyWidth) {
        let own = min(width, spec.keyWidth - part * width)
        (scratch.keyInputs(part) + token * width).update(from: key + part * width, count: own)
      }
    }
  }

  /// Rows of a head as outputs of panels: whole panels are turned in registers.
  private func pack(
    _ source: Rows, column: Int, depth: Int, into panels: UnsafeMutablePointer<Float>,
    _ scratch: AttentionBackwardScratch
  ) {
    for first in stride(from: 0, to: tokens, by: width) {
      let panel = panels + first * depth
      if first + width <= tokens {
        kernels.packColumns(
          source: source[first] + column, stride: source.stride, rows: width, count: depth,
          columns: panel)
        continue
      }
      for token in first..<first + width {
        kernels.packOutput(
          token < tokens ? source[token] + column : scratch.zeros, depth: depth,
          column: token - first, panel: panel)
      }
    }
  }

  /// Panels of gradients become rows of a head, by room for one panel.
  private func unpack(
    _ panels: UnsafePointer<Float>, depth: Int, to target: Rows, column: Int,
    by room: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: 0, to: tokens, by: width) {
      kernels.packColumns(
        source: panels + first * depth, stride: width, rows: depth, count: width, columns: room)
      for token in first..<min(first + width, tokens) {
        (target[token] + column).update(from: room + (token - first) * depth, count: depth)
      }
    }
  }

  /// Gradients of a group's keys and values from those of its heads, for one token.
  func sumGroups(token: Int, keys: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>)
  {
    func sum(
      _ source: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ width: Int
    ) {
      for head in 0..<spec.heads {
        let own = target + head / spec.group * width
        if head % spec.group == 0 {
          own.update(from: source + head * width, count: width)
        } else {
          RowArithmetic.add(source + head * width, times: 1, to: own, into: own, count: width)
        }
      }
    }
    sum(keyGradients[token], keys, spec.keyWidth)
    sum(valueGradients[token], values, spec.valueWidth)
  }

  /// Floats of a worker's scratch; `Int.max` where they cannot be counted.
  static func scratchElements(_ kernels: TileKernels, _ spec: SelfAttentionSpec, tokens: Int) -> Int
  {
    AttentionBackwardScratch.elements(kernels, spec, tokens: tokens)
  }
}

/// Some consecutive queries of a head, and all keys that they see.
private struct QueryPart {
  let pass: AttentionBackward
  let scratch: AttentionBackwardScratch
  let head: Int
  let tokens: Range<Int>

  private var spec: SelfAttentionSpec { pass.spec }
  private var kernels: TileKernels { pass.kernels }
  private var width: Int { pass.kernels.panelWidth }
  var tiles: Int { kernels.tiles(rows: tokens.count) }

  /// The rows of a tile among those of the part.
  private func rows(_ tile: Int) -> Range<Int> { kernels.tileRows(tile, of: tokens.count) }

  /// The panels of keys that a tile's queries see.
  private func panels(_ tile: Int) -> Range<Int> {
    let own = rows(tile)
    let first = spec.reach.first(seenBy: tokens.lowerBound + own.lowerBound)
    return first / width..<(tokens.lowerBound + own.upperBound - 1) / width + 1
  }

  /// Where the rows of a tile begin in the block of a panel.
  private func block(
    _ blocks: UnsafeMutablePointer<Float>, _ tile: Int, _ panel: Int
  ) -> UnsafeMutablePointer<Float> {
    blocks + (panel * tokens.count + rows(tile).lowerBound) * width
  }

  /// Scores, and dw beside them.
  func score() {
    stage(pass.queries, spec.keyWidth, tile: scratch.queries, strips: scratch.queryStrips)
    stage(pass.gradient, spec.valueWidth, tile: scratch.gradients, strips: scratch.gradientStrips)
    multiply(scratch.keys, by: scratch.queries, depth: spec.keyWidth, into: scratch.weights)
    multiply(scratch.values, by: scratch.gradients, depth: spec.valueWidth, into: scratch.slopes)
  }

  /// Rows of the head as tiles, which scores are products with; and as strips, which gradients of keys and values
  /// are.
  private func stage(
    _ source: Rows, _ columns: Int, tile: UnsafeMutablePointer<Float>,
    strips: UnsafeMutablePointer<Float>
  ) {
    let own = source.part(from: tokens.lowerBound, count: tokens.count, column: head * columns)
    for index in 0..<tiles {
      let rows = rows(index)
      kernels.packTile(
        source: own[rows.lowerBound], stride: own.stride, rows: rows.count, depth: columns,
        tile: tile + rows.lowerBound * columns)
    }
    for piece in 0..<pass.staging.pieces(columns: columns) {
      pass.staging.stage(
        piece: piece, count: tokens.count, source: own, indices: nil, columns: columns,
        into: strips)
    }
  }

  private func multiply(
    _ panels: UnsafeMutablePointer<Float>, by tile: UnsafeMutablePointer<Float>, depth: Int,
    into blocks: UnsafeMutablePointer<Float>
  ) {
    for panel in self.panels(0).lowerBound..<self.panels(tiles - 1).upperBound {
      for index in 0..<tiles where self.panels(index).contains(panel) {
        let rows = rows(index)
        kernels.multiply(
          panel: panels + panel * width * depth, tile: tile + rows.lowerBound * depth,
          steps: depth, rows: rows.count, block: block(blocks, index, panel))
      }
    }
  }

  /// Scores of a tile become weights and dw becomes ds, and with them the gradients of its queries.
  func weigh(_ tile: Int) {
    let (own, seen) = (rows(tile), panels(tile))
    let state = scratch.softmax
    for row in 0..<own.count {
      let token = tokens.lowerBound + own.lowerBound + row
      let origin = seen.lowerBound * width
      state.first[row] = Int32(truncatingIfNeeded: spec.reach.first(seenBy: token) - origin)
      state.end[row] = Int32(truncatingIfNeeded: token + 1 - origin)
      state.shifts[row] = TileKernels.lowestScore
      state.sums[row] = 0
    }
    kernels.softmax(
      blocks: block(scratch.weights, tile, seen.lowerBound), stride: tokens.count * width,
      panels: seen.count, rows: own.count, softcap: spec.softcap, state: state)
    slope(tile, seen, rows: own.count)
    let keys = tokens.lowerBound + own.upperBound - seen.lowerBound * width
    let slopes = TileKernels.FactorBlocks(
      base: block(scratch.slopes, tile, seen.lowerBound), stride: tokens.count * width)
    let target = pass.queryGradient[tokens.lowerBound + own.lowerBound] + head * spec.keyWidth
    let products = kernels.blockProducts
    for part in 0..<kernels.panels(outputs: spec.keyWidth) {
      products.multiply(
        panel: scratch.keyInputs(part) + seen.lowerBound * width * width, factors: slopes,
        steps: keys, rows: own.count, block: scratch.block)
      kernels.storeRows(
        block: scratch.block, rows: own.count, count: min(width, spec.keyWidth - part * width),
        destination: target + part * width, stride: pass.queryGradient.stride)
    }
  }

  /// Weights of a tile sum up to one with the sink's, and dw becomes ds.
  private func slope(_ tile: Int, _ seen: Range<Int>, rows: Int) {
    let state = scratch.softmax
    // Sums are not needed behind these factors, nor are corrections at all.
    let (factors, means) = (state.sums, state.corrections)
    for row in 0..<rows {
      let (own, other) = shares(row)
      factors[row] = own
      scratch.sinkShares[row] = other
    }
    kernels.softmaxGradients(
      weights: block(scratch.weights, tile, seen.lowerBound),
      gradients: block(scratch.slopes, tile, seen.lowerBound), stride: tokens.count * width,
      panels: seen.count, rows: rows, factors: factors, means: means)
    if let sinks = pass.sinks {
      for row in 0..<rows { sinks.gradient[head] -= scratch.sinkShares[row] * means[row] }
    }
    guard let cap = spec.softcap else { return }
    for panel in seen {
      let (weights, slopes) = (
        block(scratch.weights, tile, panel), block(scratch.slopes, tile, panel)
      )
      for index in 0..<rows * width where weights[index] > 0 {
        // The derivative of c·tanh(s / c), of which the capped score is the weight's logarithm and the maximum.
        let row = index / width
        let share = (logf(weights[index] / factors[row]) + state.shifts[row]) / cap
        slopes[index] *= 1 - share * share
      }
    }
  }

  /// What a row's weights are to be multiplied by, and the sink's share.
  private func shares(_ row: Int) -> (own: Float, sink: Float) {
    let (maximum, sum) = (scratch.softmax.shifts[row], scratch.softmax.sums[row])
    guard let sink = pass.sinks?.logits[head] else { return (1 / sum, 0) }
    let highest = max(maximum, sink)
    let (own, other) = (expf(maximum - highest), expf(sink - highest))
    let whole = sum * own + other
    return (own / whole, other / whole)
  }

  /// Adds what the part's queries give to gradients of keys and values.
  func mixKeysAndValues() {
    for panel in panels(0).lowerBound..<panels(tiles - 1).upperBound {
      // The tiles that see a panel follow each other.
      guard let first = (0..<tiles).first(where: { panels($0).contains(panel) }),
        let last = (0..<tiles).last(where: { panels($0).contains(panel) })
      else { continue }
      let seeing = rows(first).lowerBound..<rows(last).upperBound
      add(
        scratch.weights, panel, seeing, strips: scratch.gradientStrips, columns: spec.valueWidth,
        to: scratch.valueGradients)
      add(
        scratch.slopes, panel, seeing, strips: scratch.queryStrips, columns: spec.keyWidth,
        to: scratch.keyGradients)
    }
  }

  private func add(
    _ blocks: UnsafeMutablePointer<Float>, _ panel: Int, _ rows: Range<Int>,
    strips: UnsafeMutablePointer<Float>, columns: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    let source = blocks + (panel * tokens.count + rows.lowerBound) * width
    // Earlier parts have added to the panels of their own tokens, and of the tokens before.
    let isTouched = panel < kernels.panels(outputs: tokens.lowerBound)
    for strip in 0..<kernels.tiles(rows: columns) {
      let own = kernels.tileRows(strip, of: columns)
      kernels.multiply(
        panel: source,
        tile: strips + own.lowerBound * tokens.count + rows.lowerBound * own.count,
        steps: rows.count, rows: own.count,
        block: sums + (panel * columns + own.lowerBound) * width, accumulates: isTouched)
    }
  }
}
