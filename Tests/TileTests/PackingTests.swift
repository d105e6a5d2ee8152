import LayerSpec
import Testing

@testable import Tile

@Suite struct PackingTests {
  /// Gate and up side by side: the product's first vector is the gate's, its second is up's.
  @Test(arguments: Variant.all)
  func gatedPanelGivesGateAndUpTogether(variant: Variant) {
    let kernels = variant.kernels
    let depth = 6
    for outputs in [1, kernels.lanes, kernels.lanes + 3] {
      // Powers of two are exact in bf16, so both sides are exact.
      let gate = (0..<outputs * depth).map { Float(sign: .plus, exponent: $0 % 5, significand: 1) }
      let up = (0..<outputs * depth).map { Float(sign: .minus, exponent: $0 % 7, significand: 1) }
      let tile = Memory(bytes: kernels.tileBytes(rows: 1, depth: depth))
      kernels.packTile(
        source: [Float](repeating: 1, count: depth), stride: depth, rows: 1, depth: depth,
        tile: tile.start)
      let panels = (0..<kernels.gatedPanels(outputs: outputs)).map { _ in
        kernels.zeroedPanel(depth: depth)
      }
      for (matrix, isUp) in [(gate, false), (up, true)] {
        for output in 0..<outputs {
          let place = kernels.gatedPlace(output: output, isUp: isUp)
          kernels.packOutput(
            Array(matrix[output * depth..<(output + 1) * depth]), depth: depth,
            column: place.column, panel: panels[place.panel].start)
        }
      }
      for (panel, memory) in panels.enumerated() {
        let block = Memory(bytes: kernels.blockCapacity * 4)
        kernels.multiply(
          panel: memory.start, tile: tile.start, steps: kernels.steps(depth: depth), rows: 1,
          block: block.floats.baseAddress!)
        for lane in 0..<kernels.lanes {
          let output = panel * kernels.lanes + lane
          let inputs = output < outputs ? output * depth..<(output + 1) * depth : 0..<0
          #expect(block.floats[lane] == gate[inputs].reduce(0, +))
          #expect(block.floats[kernels.lanes + lane] == up[inputs].reduce(0, +))
        }
      }
    }
  }

  /// What was packed comes back, rounded to the precision, also with an input left over.
  @Test(arguments: Variant.all)
  func outputsComeBack(variant: Variant) {
    let kernels = variant.kernels
    for depth in [0, 1, 2, 7, 64] {
      var numbers = Numbers(seed: depth)
      let weights = numbers.array(kernels.panelWidth * depth)
      let panel = kernels.panels(weights, outputs: kernels.panelWidth, depth: depth)[0]
      for column in 0..<kernels.panelWidth {
        var row = [Float](repeating: .nan, count: depth)
        kernels.unpackOutput(&row, depth: depth, column: column, panel: panel.start)
        let expected = weights[column * depth..<(column + 1) * depth]
        #expect(row == expected.map { rounded($0, to: variant.format) })
      }
    }
  }

  /// Neighbouring outputs are given back together as each alone, also where inputs are no whole number of
  /// blocks, and nothing between the rows is written.
  @Test(arguments: Variant.all)
  func neighbouringOutputsAreGivenBackTogether(variant: Variant) {
    let kernels = variant.kernels
    for depth in [0, 1, 63, 64, 65, 200] {
      var numbers = Numbers(seed: depth)
      let weights = numbers.array(kernels.panelWidth * depth)
      let panel = kernels.panels(weights, outputs: kernels.panelWidth, depth: depth)[0]
      for columns in [0..<kernels.panelWidth, 1..<4, kernels.panelWidth - 1..<kernels.panelWidth] {
        let stride = depth + 3
        var rows = [Float](repeating: -7, count: max(1, columns.count * stride))
        kernels.unpackOutputs(
          &rows, stride: stride, depth: depth, columns: columns, panel: panel.start)
        for (index, column) in columns.enumerated() {
          var alone = [Float](repeating: .nan, count: depth)
          kernels.unpackOutput(&alone, depth: depth, column: column, panel: panel.start)
          let first = index * stride
          #expect(Array(rows[first..<first + depth]) == alone)
          #expect(rows[first + depth..<first + stride].allSatisfy { $0 == -7 })
        }
      }
    }
  }

  /// Rows are taken by index, from rows that lie further apart than they are long.
  @Test(arguments: Variant.all)
  func tileTakesRowsByIndex(variant: Variant) {
    let kernels = variant.kernels
    let depth = 5
    let stride = 8
    let rows = kernels.maximumRows
    let source = (0..<16 * stride).map { Float($0) }
    let indices = (0..<rows).map { Int32(15 - $0) }
    let gathered = indices.flatMap { index in
      source[Int(index) * stride..<Int(index) * stride + depth]
    }
    let byIndex = Memory(bytes: kernels.tileBytes(rows: rows, depth: depth))
    let inOrder = Memory(bytes: kernels.tileBytes(rows: rows, depth: depth))
    kernels.packTile(
      source: source, stride: stride, indices: indices, rows: rows, depth: depth,
      tile: byIndex.start)
    kernels.packTile(
      source: gathered, stride: depth, rows: rows, depth: depth, tile: inOrder.start)
    let words = kernels.tileBytes(rows: rows, depth: depth) / 4
    let difference = firstDifference(byIndex.floats.prefix(words), inOrder.floats.prefix(words))
    #expect(difference == nil)
    #expect(!byIndex.floats[0].isNaN)
  }

  /// IEEE 754 round to nearest, ties to even, on the upper half of the bits.
  @Test func bf16RoundsToNearestEven() {
    #expect(BF16.bits(1) == 0x3f80)
    #expect(BF16.bits(Float(bitPattern: 0x3f80_8000)) == 0x3f80)
    #expect(BF16.bits(Float(bitPattern: 0x3f81_8000)) == 0x3f82)
    #expect(BF16.bits(Float(bitPattern: 0x3f80_8001)) == 0x3f81)
    #expect(BF16.bits(.infinity) == 0x7f80)
    #expect(BF16.bits(.greatestFiniteMagnitude) == 0x7f80)
    #expect(BF16.bits(-0.0) == 0x8000)
    #expect(BF16.bits(Float(bitPattern: 0x7f80_0001)) == 0x7fc0)
  }

  /// More rows than a tile has become whole panels, of which they are the steps.
  @Test(arguments: TileLevel.supported, [1, 7, 45])
  func packsRowsAsStepsOfPanels(level: TileLevel, rows: Int) {
    let kernels = TileKernels(level: level, format: .f32)
    let (width, stride) = (kernels.panelWidth, 3 * kernels.panelWidth + 5)
    let count = 2 * width + 3
    var numbers = Numbers(seed: rows)
    let source = numbers.array(rows * stride)
    let blockStride = rows * width + kernels.lanes
    let memory = Memory(bytes: 4 * 3 * blockStride)
    memory.floats.update(repeating: .nan)
    kernels.packBlocks(
      source: source, stride: stride, rows: rows, count: count,
      blocks: memory.floats.baseAddress!, blockStride: blockStride)
    for row in 0..<rows {
      for column in 0..<3 * width {
        let place = column / width * blockStride + row * width + column % width
        #expect(memory.floats[place] == (column < count ? source[row * stride + column] : 0))
      }
    }
  }
}
