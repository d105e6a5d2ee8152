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
      scratch.softmax.shifts[row] = TileKernels.lowestScore
      scratch.softmax.sums[row] = 0
    }
    for tile in 0..<tiles {
      let own = kernels.tileRows(tile, of: rows)
      (scratch.tiles + tile).initialize(
        to: .init(
          firstRow: Int32(truncatingIfNeeded: own.lowerBound),
          rows: Int32(truncatingIfNeeded: own.count)))
      kernels.packBlocks(
        source: core.queries.base, stride: core.queries.stride,
        indices: scratch.rows + own.lowerBound, rows: own.count, count: spec.keyWidth,
        blocks: scratch.queries(tile))
    }
  }

  /// Adds what one chunk of keys gives; `upcoming` is asked for meanwhile.
  func attend(chunk: Int, upcoming: AttentionCore.FirstReads?) {
    let cache = core.cache
    let seen = findPanels(chunk: chunk)
    let keys = cache.keyPanel(
      chunk * KVCache.panelsPerChunk, sequence: span.sequence, head: head)
    let values = cache.valuePanel(0, chunk: chunk, sequence: span.sequence, head: head)
    score(seen, keys: keys, then: values)
    for tile in 0..<tiles { weigh(tile, chunk: chunk) }
    mix(values, upcoming)
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
      let endKey = min(count, max(0, lastToken + 1 - origin))
      let end = (endKey + width - 1) / width
      scratch.tiles[tile].firstPanel = Int32(truncatingIfNeeded: first)
      scratch.tiles[tile].endPanel = Int32(truncatingIfNeeded: max(first, end))
      scratch.tiles[tile].endKey = Int32(truncatingIfNeeded: endKey)
      if end > first { (lowest, highest) = (min(lowest, first), max(highest, end)) }
    }
    return min(lowest, highest)..<highest
  }

  /// Scores of some panels of keys, each of which meets all tiles that see it.
  private func score(
    _ panels: Range<Int>, keys: UnsafePointer<Float>, then values: UnsafePointer<Float>
  ) {
    let (kernels, steps, capacity) = (kernels, spec.keyWidth, kernels.blockCapacity)
    let size = kernels.panelWidth * steps
    for panel in panels {
      let start = keys + panel * size
      let next = panel + 1 < panels.upperBound ? start + size : values
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        guard panel >= Int(own.firstPanel), panel < Int(own.endPanel) else { continue }
        kernels.multiplyBlocks(
          panel: start, factors: .init(base: scratch.queries(tile), stride: capacity),
          steps: steps, rows: Int(own.rows), block: scratch.scores(tile) + panel * capacity,
          prefetch: kernels.prefetch(
            panel: start, next: next, steps: steps, tile: tile, tiles: tiles))
      }
    }
  }

  /// Adds the values of a chunk by the weights that its scores became.
  ///
  /// Behind the last panel of values come the next chunk's keys, or those of the next task.
  private func mix(_ values: UnsafePointer<Float>, _ upcoming: AttentionCore.FirstReads?) {
    let (kernels, width, capacity) = (kernels, kernels.panelWidth, kernels.blockCapacity)
    let (size, panels) = (core.cache.keysPerChunk * width, core.cache.valuePanels)
    let seen = seenKeys()
    for panel in 0..<panels {
      let start = values + panel * size
      let isLast = panel + 1 == panels
      let next = isLast ? upcoming?.keys ?? start + size : start + size + seen.lowerBound * width
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        let first = Int(own.firstPanel)
        if let upcoming { ask(for: upcoming, share: panel * tiles + tile, of: panels * tiles) }
        if Int(own.endPanel) == first { continue }
        if isLast { scratch.tiles[tile].hasSums = true }
        kernels.multiplyBlocks(
          panel: start + first * width * width,
          factors: .init(base: scratch.scores(tile) + first * capacity, stride: capacity),
          steps: Int(own.endKey) - first * width, rows: Int(own.rows),
          block: scratch.sums(tile, panel), accumulates: own.hasSums,
          prefetch: kernels.prefetch(
            panel: start, next: next, steps: seen.count, tile: tile, tiles: tiles))
      }
    }
  }

  /// The keys of the present chunk that are multiplied with any tile.
  private func seenKeys() -> Range<Int> {
    var (lowest, highest) = (core.cache.keysPerChunk, 0)
    for tile in 0..<tiles where scratch.tiles[tile].endPanel > scratch.tiles[tile].firstPanel {
      lowest = min(lowest, Int(scratch.tiles[tile].firstPanel) * kernels.panelWidth)
      highest = max(highest, Int(scratch.tiles[tile].endKey))
    }
    return min(lowest, highest)..<highest
  }

  /// Asks for a share of the next task's queries: rows of a head are too short for the core's own prefetchers.
  private func ask(for upcoming: AttentionCore.FirstReads, share: Int, of shares: Int) {
    let tokens = upcoming.tokens
    for token in share * tokens / shares..<(share + 1) * tokens / shares {
      kernels.prefetch(
        upcoming.queries + token * upcoming.stride, bytes: upcoming.floatsPerToken * 4)
    }
  }

  /// Turns a tile's scores of a chunk into weights, and corrects its sums where a shift rose.
  private func weigh(_ tile: Int, chunk: Int) {
    let own = scratch.tiles[tile]
    let (first, panels) = (Int(own.firstPanel), Int(own.endPanel - own.firstPanel))
    if panels == 0 { return }
    let (width, count) = (kernels.panelWidth, Int(own.rows))
    let origin = chunk * core.cache.keysPerChunk + first * width
    let state = scratch.softmax.from(Int(own.firstRow))
    var (token, member) = Int(own.firstRow).quotientAndRemainder(dividingBy: spec.group)
    for row in 0..<count {
      let position = span.position + tokens.lowerBound + token
      let first = max(0, spec.reach.first(seenBy: position) - origin)
      let end = max(0, min(panels * width, position + 1 - origin))
      state.first[row] = Int32(truncatingIfNeeded: min(first, panels * width))
      state.end[row] = Int32(truncatingIfNeeded: end)
      member += 1
      if member == spec.group { (token, member) = (token + 1, 0) }
    }
    let isCorrected = kernels.softmax(
      blocks: scratch.scores(tile) + first * kernels.blockCapacity, panels: panels, rows: count,
      softcap: spec.softcap, state: state)
    guard isCorrected else { return }
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
        let maximum = max(state.shifts[row], sink)
        factor = expf(state.shifts[row] - maximum)
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
    place.shifts.update(from: scratch.softmax.shifts, count: rows)
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
      precondition(scratch.tiles[tile].hasSums, "tile \(tile) of \(tiles) saw no key")
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
