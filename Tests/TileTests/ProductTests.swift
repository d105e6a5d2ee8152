import LayerSpec
import Testing

@testable import Tile

@Suite struct ProductTests {
  /// All rows of a matrix times tiles of every size, against sums in double precision.
  ///
  /// Each product x·w is rounded at most twice (product and sum, in the builds without fused products)
  /// per input, and up to 4 partial sums and an earlier block are added: the error is at most
  /// γ(2·depth + 5)·Σ|w·x|. Operands are rounded to what the kernel reads before they are compared, so
  /// bf16 has the same bound; the hardware's dot product rounds no more often, and flushes subnormal
  /// numbers, which these sums do not have.
  @Test(arguments: Variant.all)
  func everyNumberOfRowsAgreesWithDoublePrecision(variant: Variant) {
    let kernels = variant.kernels
    let width = kernels.panelWidth
    for depth in [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 63, 64, 65, 129] {
      for outputs in [1, kernels.lanes - 1, kernels.lanes, width - 1, width, width + 1] {
        var numbers = Numbers(seed: depth * 1000 + outputs)
        let weights = numbers.array(outputs * depth)
        let activations = numbers.array(kernels.maximumRows * depth)
        let panels = kernels.panels(weights, outputs: outputs, depth: depth)
        let (sums, sizes) = exact(
          weights, activations, outputs: outputs, depth: depth, variant: variant)
        for rows in 1...kernels.maximumRows {
          let tile = Memory(bytes: kernels.tileBytes(rows: rows, depth: depth))
          kernels.packTile(
            source: activations, stride: depth, rows: rows, depth: depth, tile: tile.start)
          for panel in panels.indices {
            let block = Memory(bytes: kernels.blockCapacity * 4)
            kernels.multiply(
              panel: panels[panel].start, tile: tile.start, steps: kernels.steps(depth: depth),
              rows: rows, block: block.floats.baseAddress!)
            // Outputs beyond the last are exactly 0.
            func inBlock(_ values: [[Double]]) -> [Double] {
              (0..<rows).flatMap { row in
                (panel * width..<(panel + 1) * width).map { $0 < outputs ? values[row][$0] : 0 }
              }
            }
            let blockSizes = inBlock(sizes)
            let difference = firstDifference(
              block.floats.prefix(rows * width), inBlock(sums)
            ) { gamma(2 * depth + 5) * blockSizes[$0] }
            #expect(
              difference == nil,
              "rows \(rows), depth \(depth), outputs \(outputs), panel \(panel)")
          }
        }
      }
    }
  }

  /// Σ w·x and Σ |w·x| of every row and output, of operands as the kernel reads them.
  private func exact(
    _ weights: [Float], _ activations: [Float], outputs: Int, depth: Int, variant: Variant
  ) -> (sums: [[Double]], sizes: [[Double]]) {
    let kernels = variant.kernels
    let w = weights.map { Double(rounded($0, to: variant.format)) }
    let x = activations.map { Double(rounded($0, to: kernels.usesBF16Dot ? .bf16 : .f32)) }
    var sums = [[Double]](
      repeating: [Double](repeating: 0, count: outputs), count: kernels.maximumRows)
    var sizes = sums
    for row in 0..<kernels.maximumRows {
      for output in 0..<outputs {
        for input in 0..<depth {
          let product = w[output * depth + input] * x[row * depth + input]
          sums[row][output] += product
          sizes[row][output] += abs(product)
        }
      }
    }
    return (sums, sizes)
  }

  /// A product in two parts is the product: the second part continues where the first ended.
  @Test(arguments: Variant.all)
  func partsAccumulate(variant: Variant) {
    let kernels = variant.kernels
    let depth = 48
    var numbers = Numbers(seed: 7)
    let weights = numbers.array(kernels.panelWidth * depth)
    let activations = numbers.array(kernels.maximumRows * depth)
    let panel = kernels.panels(weights, outputs: kernels.panelWidth, depth: depth)[0]
    for rows in 1...kernels.maximumRows {
      let tile = Memory(bytes: kernels.tileBytes(rows: rows, depth: depth))
      kernels.packTile(
        source: activations, stride: depth, rows: rows, depth: depth, tile: tile.start)
      let whole = Memory(bytes: kernels.blockCapacity * 4)
      let parts = Memory(bytes: kernels.blockCapacity * 4)
      let steps = kernels.steps(depth: depth)
      let first = steps / 3
      kernels.multiply(
        panel: panel.start, tile: tile.start, steps: steps, rows: rows,
        block: whole.floats.baseAddress!)
      kernels.multiply(
        panel: panel.start, tile: tile.start, steps: first, rows: rows,
        block: parts.floats.baseAddress!)
      kernels.multiply(
        panel: panel.start + first * kernels.panelBytesPerStep,
        tile: tile.start + first * kernels.tileBytesPerStep(rows: rows), steps: steps - first,
        rows: rows, block: parts.floats.baseAddress!, accumulates: true)
      // Two orders of the same sum, each within γ of it, and no |w·x| above 1.
      let tolerance = 2 * gamma(2 * depth + 5) * Double(depth)
      let count = rows * kernels.panelWidth
      let difference = firstDifference(
        parts.floats.prefix(count), whole.floats.prefix(count).map(Double.init)
      ) { _ in tolerance }
      #expect(difference == nil, "rows \(rows)")
    }
  }

  /// A single tile runs ahead of itself or leaves that to the hardware; several share what comes next.
  @Test func whatIsAskedForAheadIsEachLineOnce() throws {
    let level = try #require(TileLevel.supported.first)
    let memory = Memory(bytes: 1 << 16)
    let (panel, next) = (UnsafeRawPointer(memory.start), UnsafeRawPointer(memory.start + 32768))
    func prefetch(_ ahead: Int, tile: Int, tiles: Int) -> TilePrefetch {
      // Only of the rows that are asked for.
      var distances = PrefetchDistances(64)
      distances[rows: 2] = ahead
      return TileKernels(level: level, format: .f32, prefetchDistances: distances)
        .prefetchShares(tiles: tiles, rows: 2)
        .prefetch(tile: tile, panel: panel, next: next, steps: 100)
    }
    let bytes = TileKernels(level: level, format: .f32).panelBytesPerStep
    #expect(prefetch(0, tile: 0, tiles: 1).start == panel)
    #expect(prefetch(0, tile: 0, tiles: 1).bytesPerStep == 0)
    #expect(prefetch(8192, tile: 0, tiles: 1).start == panel + 8192)
    #expect(prefetch(8192, tile: 0, tiles: 1).bytesPerStep == bytes)
    for ahead in [0, 8192] {
      #expect(prefetch(ahead, tile: 1, tiles: 2).start == next + 100 * bytes / 2)
      #expect(prefetch(ahead, tile: 1, tiles: 2).bytesPerStep == bytes / 2)
    }
  }

  /// What is asked for ahead of time changes nothing, wherever it points.
  @Test(arguments: Variant.all)
  func prefetchHasNoEffectOnTheResult(variant: Variant) throws {
    let kernels = variant.kernels
    let depth = 32
    var numbers = Numbers(seed: 3)
    let weights = numbers.array(kernels.panelWidth * depth)
    let panel = kernels.panels(weights, outputs: kernels.panelWidth, depth: depth)[0]
    let tile = Memory(bytes: kernels.tileBytes(rows: 1, depth: depth))
    kernels.packTile(
      source: numbers.array(depth), stride: depth, rows: 1, depth: depth, tile: tile.start)
    let plain = Memory(bytes: kernels.blockCapacity * 4)
    let ahead = Memory(bytes: kernels.blockCapacity * 4)
    let nowhere = try #require(UnsafeRawPointer(bitPattern: 64))
    kernels.multiply(
      panel: panel.start, tile: tile.start, steps: kernels.steps(depth: depth), rows: 1,
      block: plain.floats.baseAddress!)
    kernels.multiply(
      panel: panel.start, tile: tile.start, steps: kernels.steps(depth: depth), rows: 1,
      block: ahead.floats.baseAddress!,
      prefetch: TilePrefetch(start: nowhere, bytesPerStep: 4096))
    #expect(
      plain.floats.prefix(kernels.panelWidth).elementsEqual(
        ahead.floats.prefix(kernels.panelWidth)))
  }

  /// A block that is written past the caches is the same to the last bit, and nothing behind it is written.
  @Test(arguments: Variant.all)
  func streamedBlocksAreTheSame(variant: Variant) {
    let kernels = variant.kernels
    var numbers = Numbers(seed: 5)
    for depth in [0, 1, 48] {
      let weights = numbers.array(kernels.panelWidth * max(1, depth))
      let panel = kernels.panels(weights, outputs: kernels.panelWidth, depth: max(1, depth))[0]
      for rows in 1...kernels.maximumRows {
        let tile = Memory(bytes: kernels.tileBytes(rows: rows, depth: max(1, depth)))
        kernels.packTile(
          source: numbers.array(rows * max(1, depth)), stride: max(1, depth), rows: rows,
          depth: max(1, depth), tile: tile.start)
        let blocks = [false, true].map { streams in
          let block = Memory(bytes: (kernels.blockCapacity + kernels.panelWidth) * 4)
          block.floats.update(repeating: .infinity)
          kernels.multiply(
            panel: panel.start, tile: tile.start, steps: kernels.steps(depth: depth), rows: rows,
            block: block.floats.baseAddress!, streams: streams)
          kernels.finishStreaming()
          return Array(block.floats)
        }
        #expect(blocks[0] == blocks[1], "\(rows) rows, depth \(depth)")
      }
    }
  }
}
