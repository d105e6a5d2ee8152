import Glibc
import LayerSpec
import Tile

/// Some queries over one part of their context.
struct AttentionTask {
  let core: AttentionCore
  let span: AttentionCore.Span
  let tokens: Range<Int>
  /// The head of keys and values.
  let head: Int
  let rows: Int
  let tiles: Int
  let scratch: AttentionScratch

  private var spec: SelfAttentionSpec { core.spec }
  private var kernels: TileKernels { core.cache.kernels }

  init(
    _ core: AttentionCore, _ span: AttentionCore.Span, tokens: Range<Int>, head: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.core = core
    self.span = span
    self.tokens = tokens
    self.head = head
    rows = tokens.count * core.spec.group
    tiles = core.cache.kernels.tiles(rows: rows)
    self.scratch = AttentionScratch(
      core.cache.kernels, rows: rows, core.spec, at: scratch)
  }

  /// Packs the queries and forgets what was summed.
  func begin() {
    for row in 0..<rows {
      let token = span.firstRow + tokens.lowerBound + row / spec.group
      scratch.rows[row] = Int32(
        truncatingIfNeeded: token * spec.heads + head * spec.group + row % spec.group)
      scratch.softmax.maxima[row] = TileKernels.lowestScore
      scratch.softmax.sums[row] = 0
    }
    for tile in 0..<tiles {
      let own = kernels.tileRows(tile, of: rows)
      (scratch.tiles + tile).initialize(
        to: .init(
          firstRow: Int32(truncatingIfNeeded: own.lowerBound),
          rows: Int32(truncatingIfNeeded: own.count)))
      kernels.packTile(
        source: core.queries.base, stride: core.queries.stride,
        indices: scratch.rows + own.lowerBound, rows: own.count, depth: spec.keyWidth,
        tile: UnsafeMutableRawPointer(scratch.queries(tile)))
      for panel in 0..<core.cache.valuePanels {
        scratch.sums(tile, panel).update(repeating: 0, count: own.count * kernels.panelWidth)
      }
    }
  }

  /// Adds what one chunk of keys gives.
  func attend(chunk: Int) {
    let cache = core.cache
    let seen = findPanels(chunk: chunk)
    let keys = UnsafeRawPointer(
      cache.keyPanel(chunk * KVCache.panelsPerChunk, sequence: span.sequence, head: head))
    let values = UnsafeRawPointer(
      cache.valuePanel(0, chunk: chunk, sequence: span.sequence, head: head))
    score(seen, keys: keys, then: values)
    for tile in 0..<tiles { weigh(tile, chunk: chunk) }
    mix(values)
  }

  /// Finds the panels of a chunk that each tile's rows see.
  ///
  /// - Returns: those that any tile's do.
  private func findPanels(chunk: Int) -> Range<Int> {
    let (width, count) = (kernels.panelWidth, core.cache.keysPerChunk)
    let (base, origin) = (span.position + tokens.lowerBound, chunk * count)
    var (lowest, highest) = (KVCache.panelsPerChunk, 0)
    for tile in 0..<tiles {
      let own = scratch.tiles[tile]
      let firstToken = base + Int(own.firstRow) / spec.group
      let lastToken = base + Int(own.firstRow + own.rows - 1) / spec.group
      let first = min(count, max(0, spec.reach.first(seenBy: firstToken) - origin)) / width
      let end = (min(count, max(0, lastToken + 1 - origin)) + width - 1) / width
      scratch.tiles[tile].firstPanel = Int32(truncatingIfNeeded: first)
      scratch.tiles[tile].endPanel = Int32(truncatingIfNeeded: max(first, end))
      if end > first { (lowest, highest) = (min(lowest, first), max(highest, end)) }
    }
    return min(lowest, highest)..<highest
  }

  /// Scores of some panels of keys, each of which meets all tiles that see it.
  private func score(
    _ panels: Range<Int>, keys: UnsafeRawPointer, then values: UnsafeRawPointer
  ) {
    let (kernels, steps, capacity) = (kernels, spec.keyWidth, kernels.blockCapacity)
    let bytes = kernels.panelWidth * steps * 4
    for panel in panels {
      let start = keys + panel * bytes
      let next = panel + 1 < panels.upperBound ? start + bytes : values
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        guard panel >= Int(own.firstPanel), panel < Int(own.endPanel) else { continue }
        kernels.multiply(
          panel: start, tile: UnsafeRawPointer(scratch.queries(tile)), steps: steps,
          rows: Int(own.rows), block: scratch.scores(tile) + panel * capacity,
          prefetch: kernels.prefetch(
            panel: start, next: next, steps: steps, tile: tile, tiles: tiles))
      }
    }
  }

  /// Adds the values of a chunk by the weights that its scores became; behind them lie the next one's keys.
  private func mix(_ values: UnsafeRawPointer) {
    let (kernels, width) = (kernels, kernels.panelWidth)
    let steps = core.cache.keysPerChunk
    let bytes = steps * width * 4
    for panel in 0..<core.cache.valuePanels {
      let start = values + panel * bytes
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        let first = Int(own.firstPanel)
        let runs = Int(own.endPanel) - first
        if runs == 0 { continue }
        kernels.multiply(
          panel: start + first * width * width * 4, tile: UnsafeRawPointer(scratch.weights(tile)),
          steps: runs * width, rows: Int(own.rows), block: scratch.sums(tile, panel),
          accumulates: true,
          prefetch: kernels.prefetch(
            panel: start, next: start + bytes, steps: steps, tile: tile, tiles: tiles))
      }
    }
  }

  /// Turns a tile's scores of a chunk into weights, and corrects its sums where a maximum rose.
  private func weigh(_ tile: Int, chunk: Int) {
    let own = scratch.tiles[tile]
    let (first, panels) = (Int(own.firstPanel), Int(own.endPanel - own.firstPanel))
    if panels == 0 { return }
    let (width, count) = (kernels.panelWidth, Int(own.rows))
    let origin = chunk * core.cache.keysPerChunk + first * width
    let state = scratch.softmax.from(Int(own.firstRow))
    for row in 0..<count {
      let position =
        span.position + tokens.lowerBound + (Int(own.firstRow) + row) / spec.group
      let first = max(0, spec.reach.first(seenBy: position) - origin)
      let end = max(0, min(panels * width, position + 1 - origin))
      state.first[row] = Int32(truncatingIfNeeded: min(first, panels * width))
      state.end[row] = Int32(truncatingIfNeeded: end)
    }
    kernels.softmax(
      blocks: scratch.scores(tile) + first * kernels.blockCapacity, panels: panels, rows: count,
      softcap: spec.softcap, state: state)
    for panel in 0..<panels {
      kernels.storeTile(
        block: scratch.scores(tile) + (first + panel) * kernels.blockCapacity, rows: count,
        count: width, input: panel * width, depth: panels * width, tile: scratch.weights(tile))
    }
    var isUnchanged = true
    for row in 0..<count where state.corrections[row] != 1 { isUnchanged = false }
    if isUnchanged { return }
    for panel in 0..<core.cache.valuePanels {
      kernels.scaleRows(
        block: scratch.sums(tile, panel), rows: count, factors: state.corrections)
    }
  }

  /// Divides by the sums of weights and writes the rows.
  func finish() {
    let state = scratch.softmax
    for row in 0..<rows {
      var (factor, sum): (Float, Float) = (1, state.sums[row])
      if let sinks = core.sinks {
        let sink = sinks[head * spec.group + row % spec.group]
        let maximum = max(state.maxima[row], sink)
        factor = expf(state.maxima[row] - maximum)
        sum = sum * factor + expf(sink - maximum)
      }
      state.corrections[row] = factor / sum
    }
    store(
      scales: state.corrections, to: core.outputs.base, stride: core.outputs.stride,
      indices: scratch.rows)
  }

  /// Leaves the sums of a part to be merged.
  func leave(part: Int) {
    guard let parts = core.parts else { return }
    let place = parts.place(
      part: part, query: span.sequence * spec.heads + head * spec.group,
      of: core.cache.sequences * spec.heads)
    place.maxima.update(from: scratch.softmax.maxima, count: rows)
    place.sums.update(from: scratch.softmax.sums, count: rows)
    store(scales: nil, to: place.values, stride: place.stride, indices: nil)
  }

  private func store(
    scales: UnsafeMutablePointer<Float>?, to target: UnsafeMutablePointer<Float>, stride: Int,
    indices: UnsafeMutablePointer<Int32>?
  ) {
    let width = kernels.panelWidth
    for tile in 0..<tiles {
      let own = kernels.tileRows(tile, of: rows)
      let start = indices == nil ? target + own.lowerBound * stride : target
      for panel in 0..<core.cache.valuePanels {
        kernels.storeRows(
          block: scratch.sums(tile, panel), rows: own.count,
          count: min(width, spec.valueWidth - panel * width),
          scales: scales.map { $0 + own.lowerBound }, destination: start + panel * width,
          stride: stride, indices: indices.map { UnsafePointer($0 + own.lowerBound) })
      }
    }
  }
}
