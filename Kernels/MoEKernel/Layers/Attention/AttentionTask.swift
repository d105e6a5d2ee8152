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

  /// What is done with the last chunk of a task beside adding it.
  struct Ending {
    /// The part of a context that is cut; `nil` for one that is not.
    let part: Int?
    /// What the worker reads next.
    let upcoming: AttentionCore.FirstReads?
  }

  /// Forgets what was summed.
  func begin() {
    let (group, lowest) = (spec.group, TileKernels.lowestScore)
    scratch.softmax.shifts.update(repeating: lowest, count: rows)
    scratch.softmax.sums.update(repeating: 0, count: rows)
    // Rows are counted up: a division for each was a hundredth of a prompt of 256 tokens.
    var (row, source) = (0, (span.firstRow + tokens.lowerBound) * spec.heads + head * group)
    for _ in tokens {
      for member in 0..<group {
        scratch.rows[row &+ member] = Int32(truncatingIfNeeded: source &+ member)
      }
      row += group
      source += spec.heads
    }
    for tile in 0..<tiles {
      let own = kernels.tileRows(tile, of: rows)
      let first = own.lowerBound.quotientAndRemainder(dividingBy: group)
      (scratch.tiles + tile).initialize(
        to: .init(
          firstRow: Int32(truncatingIfNeeded: own.lowerBound),
          rows: Int32(truncatingIfNeeded: own.count),
          firstToken: Int32(truncatingIfNeeded: first.quotient),
          firstMember: Int32(truncatingIfNeeded: first.remainder),
          lastToken: Int32(truncatingIfNeeded: (own.upperBound - 1) / group)))
    }
  }

  /// Adds what one chunk of keys gives, and after the last one writes the rows.
  func attend(chunk: Int, ending: Ending?) {
    let cache = core.cache
    let seen = findPanels(chunk: chunk)
    let keys = cache.keyPanel(
      chunk * KVCache.panelsPerChunk, sequence: span.sequence, head: head)
    let values = cache.valuePanel(0, chunk: chunk, sequence: span.sequence, head: head)
    score(seen, keys: keys, then: values)
    for tile in 0..<tiles { weigh(tile, chunk: chunk) }
    mix(values, ending.map { ($0.upcoming, target(part: $0.part)) })
  }

  /// What the tiles ask for ahead.
  private var prefetchShares: PrefetchShares {
    kernels.prefetchShares(tiles: tiles, rows: max(1, Int(scratch.tiles[0].rows)))
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
      let firstKey = spec.reach.first(seenBy: base + Int(own.firstToken)) - origin
      let seenFrom = min(count, max(0, firstKey))
      let first = seenFrom / width
      let endKey = min(count, max(0, base + Int(own.lastToken) + 1 - origin))
      let end = (endKey + width - 1) / width
      scratch.tiles[tile].firstKey = Int32(truncatingIfNeeded: seenFrom)
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
    let (width, lanes) = (kernels.panelWidth, kernels.lanes)
    let (shares, products) = (prefetchShares, kernels.blockProducts)
    let queries = core.queries.start(tokens, head: head, of: span)
    for panel in panels {
      let start = keys + panel * width * steps
      let next = panel + 1 < panels.upperBound ? start + width * steps : values
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        guard panel >= Int(own.firstPanel), panel < Int(own.endPanel) else { continue }
        let (factors, block) = (
          core.queries.tile(firstRow: Int(own.firstRow), rows: Int(own.rows), from: queries),
          scratch.scores(tile) + panel &* capacity
        )
        let prefetch = shares.prefetch(tile: tile, panel: start, next: next, steps: steps)
        // The diagonal ends in the first half of every other panel.
        if Int(own.endKey) <= panel &* width &+ lanes {
          products.multiplyHalf(
            panel: start, factors: factors, steps: steps, rows: Int(own.rows), block: block,
            prefetch: prefetch)
        } else if Int(own.firstKey) >= panel &* width &+ lanes {
          // So does a window begin in the second half of every other one.
          products.multiplyHalf(
            panel: start + lanes, factors: factors, steps: steps, rows: Int(own.rows),
            block: block + lanes,
            prefetch: prefetch)
        } else {
          products.multiply(
            panel: start, factors: factors, steps: steps, rows: Int(own.rows), block: block,
            prefetch: prefetch)
        }
      }
    }
  }

  /// Adds the values of a chunk by the weights that its scores became.
  ///
  /// Behind the last panel of values come the next chunk's keys, or those of the next task. Sums of the last chunk
  /// are written while they are in the L1 cache, some rows after each product, so that the lines of the outputs
  /// come while the next product is computed.
  private func mix(
    _ values: UnsafePointer<Float>, _ ending: (upcoming: AttentionCore.FirstReads?, target: Target)?
  ) {
    let (kernels, width, capacity) = (kernels, kernels.panelWidth, kernels.blockCapacity)
    let (size, panels) = (core.cache.keysPerChunk * width, core.cache.valuePanels)
    let (seen, upcoming) = (seenKeys(), ending?.upcoming)
    let (shares, products) = (prefetchShares, kernels.blockProducts)
    let queries = upcoming.map { QueryAsking($0, shares: panels * tiles, steps: fewestKeys()) }
    for panel in 0..<panels {
      let start = values + panel * size
      let isLast = panel + 1 == panels
      let next = isLast ? upcoming?.keys ?? start + size : start + size + seen.lowerBound * width
      for tile in 0..<tiles {
        let own = scratch.tiles[tile]
        let first = Int(own.firstPanel)
        if Int(own.endPanel) > first {
          products.multiply(
            panel: start + first &* width &* width,
            factors: .init(base: scratch.scores(tile) + first &* capacity, stride: capacity),
            steps: Int(own.endKey) &- first &* width, rows: Int(own.rows),
            block: scratch.sums(tile, panel), accumulates: own.hasSums,
            prefetch: shares.prefetch(tile: tile, panel: start, next: next, steps: seen.count),
            beside: queries?.share(panel * tiles + tile))
          if isLast { scratch.tiles[tile].hasSums = true }
        } else {
          precondition(ending == nil || own.hasSums, "tile \(tile) of \(tiles) saw no key")
        }
        if let ending { store(tile, panel, to: ending.target) }
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

  /// The fewest keys of the present chunk that a tile is multiplied with.
  private func fewestKeys() -> Int {
    var fewest = core.cache.keysPerChunk
    for tile in 0..<tiles {
      let own = scratch.tiles[tile]
      fewest = min(fewest, Int(own.endKey) - Int(own.firstPanel) * kernels.panelWidth)
    }
    return fewest
  }

  /// The next task's queries, of which each product asks for a share beside what it asks for anyway.
  private struct QueryAsking {
    let start: UnsafeRawPointer
    let bytesPerShare: Int
    let bytesPerStep: Int

    init(_ upcoming: AttentionCore.FirstReads, shares: Int, steps: Int) {
      start = upcoming.queries
      bytesPerShare = (upcoming.queryBytes + shares - 1) / shares
      bytesPerStep = (bytesPerShare + max(1, steps) - 1) / max(1, steps)
    }

    func share(_ index: Int) -> TilePrefetch {
      TilePrefetch(start: start + index &* bytesPerShare, bytesPerStep: bytesPerStep)
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
    // All rows of a token see the same keys.
    var position = span.position + tokens.lowerBound + Int(own.firstToken)
    var (row, left) = (0, spec.group - Int(own.firstMember))
    while row < count {
      let first = min(panels * width, max(0, spec.reach.first(seenBy: position) - origin))
      let end = max(0, min(panels * width, position + 1 - origin))
      let rows = min(left, count - row)
      (state.first + row).update(repeating: Int32(truncatingIfNeeded: first), count: rows)
      (state.end + row).update(repeating: Int32(truncatingIfNeeded: end), count: rows)
      row += rows
      (position, left) = (position + 1, spec.group)
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

  /// Where the rows of a task go.
  private struct Target {
    let base: UnsafeMutablePointer<Float>
    let stride: Int
    /// Which of the rows there each one is; `nil` for all in their order.
    let indices: UnsafePointer<Int32>?
    /// What each is multiplied by; `nil` for 1.
    let scales: UnsafePointer<Float>?
    /// Whether they are written past the caches.
    let streams: Bool
  }

  /// The outputs, divided by the sums of weights, or the place of a part, whose sums are merged with others'.
  ///
  /// - Parameter part: `nil` for a context that is not cut.
  private func target(part: Int?) -> Target {
    let state = scratch.softmax
    if let part, let parts = core.parts {
      let place = parts.place(
        part: part, query: span.sequence * spec.heads + head * spec.group,
        of: core.cache.sequences * spec.heads)
      place.shifts.update(from: state.shifts, count: rows)
      place.sums.update(from: state.sums, count: rows)
      return Target(
        base: place.values, stride: place.stride, indices: nil, scales: nil, streams: false)
    }
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
    return Target(
      base: core.outputs.base, stride: core.outputs.stride, indices: UnsafePointer(scratch.rows),
      scales: UnsafePointer(state.corrections), streams: core.streamsOutputs)
  }

  /// Writes what a tile has of one panel of values.
  private func store(_ tile: Int, _ panel: Int, to target: Target) {
    let own = scratch.tiles[tile]
    let (row, width) = (Int(own.firstRow), kernels.panelWidth)
    kernels.storeRows(
      block: scratch.sums(tile, panel), rows: Int(own.rows),
      count: min(width, spec.valueWidth - panel * width), scales: target.scales.map { $0 + row },
      destination: target.base + (target.indices == nil ? row * target.stride : 0) + panel * width,
      stride: target.stride, indices: target.indices.map { $0 + row }, streams: target.streams)
  }
}
