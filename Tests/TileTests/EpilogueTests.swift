import LayerSpec
import Testing

@testable import MoEKernel
@testable import Tile

@Suite struct EpilogueTests {
  private static let activations: [Activation] = [
    .silu, .gelu, .geluTanh, .relu, .reluSquared, .clampedSiLU(limit: 7),
    .clampedSwiGLU(alpha: 1.702, limit: 7),
  ]

  /// Values whose exponentials are ordinary, tiny, huge and beyond range.
  ///
  /// The argument of an exponential is at most 88 where its result matters and carries at most five
  /// roundings of 2⁻²⁴ relative (g², g³, their sum, the constant and its product), so e to it is off by
  /// up to 440·2⁻²⁴; with the operations around it, 512·2⁻²⁴ = 2⁻¹⁵ of the result. Beyond ±87 the
  /// logistic function stays at e⁻⁸⁷ < 2⁻¹²⁵ instead of falling to 0, and results below
  /// 2⁻¹²⁶ lose bits or are 0.
  @Test(arguments: Variant.all.filter { $0.format == .f32 }, EpilogueTests.activations)
  func activationsAgreeWithTheirDefinitions(variant: Variant, activation: Activation) {
    let kernels = variant.kernels
    var values: [Float] = [0, -0.0, 1e-30, -1e-30, 1e-3, -1e-3, 0.5, -0.5, 1, -1, 3, -3, 7, -7.5]
    values += [20, -20, 80, -80, 86.9, -86.9, 100, -100, 1000, -1000]
    var numbers = Numbers(seed: 11)
    values += numbers.array(200).map { $0 * 12 }
    let block = Memory(bytes: kernels.blockCapacity * 4)
    let row = kernels.panelWidth
    for begin in stride(from: 0, to: values.count, by: kernels.lanes) {
      for lane in 0..<kernels.lanes {
        let index = min(begin + lane, values.count - 1)
        block.floats[lane] = values[index]
        block.floats[kernels.lanes + lane] = values[values.count - 1 - index]
      }
      let before = Array(block.floats.prefix(row))
      kernels.activateGated(block: block.floats.baseAddress!, rows: 1, activation: activation)
      let gates = before.prefix(kernels.lanes).map(Double.init)
      let ups = before.suffix(kernels.lanes).map(Double.init)
      let expected = zip(gates, ups).map { Reference.activate(activation, $0, $1) }
      let difference = firstDifference(block.floats.prefix(kernels.lanes), expected) { lane in
        0x1p-15 * abs(expected[lane])
          + 0x1p-125 * (abs(gates[lane]) * (abs(ups[lane]) + 1) + 1)
      }
      #expect(difference == nil, "\(activation) of \(gates), \(ups)")
    }
  }

  @Test(arguments: Variant.all.filter { $0.format == .f32 }, EpilogueTests.activations)
  func notANumberStaysNotANumber(variant: Variant, activation: Activation) {
    let kernels = variant.kernels
    let block = Memory(bytes: kernels.blockCapacity * 4)
    block.floats.update(repeating: 1)
    block.floats[0] = .nan
    block.floats[kernels.lanes + 1] = .nan
    kernels.activateGated(block: block.floats.baseAddress!, rows: 1, activation: activation)
    #expect(block.floats[0].isNaN)
    #expect(block.floats[1].isNaN)
    #expect(!block.floats[2].isNaN)
  }

  /// Without a gate both vectors hold outputs, and u is 1.
  @Test(arguments: Variant.all.filter { $0.format == .f32 })
  func plainActivationCoversTheWholeBlock(variant: Variant) {
    let kernels = variant.kernels
    let block = Memory(bytes: kernels.blockCapacity * 4)
    for index in block.floats.indices { block.floats[index] = index.isMultiple(of: 2) ? -3 : 3 }
    kernels.activatePlain(
      block: block.floats.baseAddress!, rows: kernels.maximumRows, activation: .reluSquared)
    let expected = (0..<kernels.blockCapacity).map { Float($0.isMultiple(of: 2) ? 0 : 9) }
    #expect(firstDifference(block.floats.prefix(kernels.blockCapacity), expected) == nil)
  }

  /// A block stored as inputs of the next product is the tile that packing its rows would give.
  @Test(arguments: Variant.all)
  func storedTileEqualsPackedTile(variant: Variant) {
    let kernels = variant.kernels
    for depth in [1, 2, kernels.lanes - 1, kernels.lanes, kernels.lanes + 1, 3 * kernels.lanes + 5]
    {
      for rows in 1...kernels.maximumRows {
        var numbers = Numbers(seed: depth)
        let matrix = numbers.array(rows * depth)
        let packed = Memory(bytes: kernels.tileBytes(rows: rows, depth: depth))
        let words = kernels.tileBytes(rows: rows, depth: depth) / 4
        // What lies behind the tile is another's.
        let stored = Memory(bytes: 4 * (words + kernels.panelWidth))
        for index in words..<words + kernels.panelWidth { stored.floats[index] = -7 }
        kernels.packTile(
          source: matrix, stride: depth, rows: rows, depth: depth, tile: packed.start)
        for input in stride(from: 0, to: depth, by: kernels.lanes) {
          let count = min(kernels.lanes, depth - input)
          let block = Memory(bytes: kernels.blockCapacity * 4)
          for row in 0..<rows {
            for output in 0..<count {
              block.floats[row * kernels.panelWidth + output] = matrix[row * depth + input + output]
            }
          }
          kernels.storeTile(
            block: block.floats.baseAddress!, rows: rows, count: count, input: input, depth: depth,
            tile: stored.start)
        }
        let difference = firstDifference(stored.floats.prefix(words), packed.floats.prefix(words))
        #expect(difference == nil, "rows \(rows), depth \(depth)")
        let behind = stored.floats[words..<words + kernels.panelWidth]
        #expect(behind.allSatisfy { $0 == -7 }, "rows \(rows), depth \(depth)")
      }
    }
  }

  @Test(arguments: Variant.all.filter { $0.format == .f32 })
  func rowsAreBiasedScaledAndScattered(variant: Variant) {
    let kernels = variant.kernels
    let width = kernels.panelWidth
    let count = width - 1
    let block = Memory(bytes: kernels.blockCapacity * 4)
    for index in 0..<2 * width { block.floats[index] = Float(index) }
    let bias = (0..<count).map { Float(100 * $0) }
    bias.withUnsafeBufferPointer { bias in
      kernels.addBias(
        block: block.floats.baseAddress!, rows: 2, first: bias.baseAddress,
        firstCount: kernels.lanes, second: bias.baseAddress! + kernels.lanes,
        secondCount: count - kernels.lanes)
    }
    var destination = [Float](repeating: -1, count: 3 * width)
    kernels.storeRows(
      block: block.floats.baseAddress!, rows: 2, count: count, scales: [2, 0.5],
      destination: &destination, stride: width, indices: [2, 0])
    for output in 0..<count {
      #expect(destination[2 * width + output] == 2 * Float(output + 100 * output))
      #expect(destination[output] == 0.5 * Float(width + output + 100 * output))
    }
    #expect(destination[width..<2 * width].allSatisfy { $0 == -1 })
    #expect(destination[width - 1] == -1)
    #expect(destination[3 * width - 1] == -1)
  }

  /// Rows that are written past the caches, aligned for vectors, for shorter ones and for none, are the same.
  @Test(arguments: Variant.all.filter { $0.format == .f32 })
  func rowsArePastTheCaches(variant: Variant) {
    let kernels = variant.kernels
    let (width, rows) = (kernels.panelWidth, kernels.maximumRows)
    let block = Memory(bytes: kernels.blockCapacity * 4)
    for index in 0..<rows * width { block.floats[index] = Float(index) }
    for offset in [0, 1, 4, 8] {
      let target = Memory(bytes: 4 * (rows * 2 * width + width))
      target.floats.update(repeating: -1)
      kernels.storeRows(
        block: block.floats.baseAddress!, rows: rows, count: width,
        destination: target.floats.baseAddress! + offset, stride: 2 * width, streams: true)
      kernels.finishStreaming()
      for row in 0..<rows {
        for column in 0..<2 * width {
          let value = target.floats[row * 2 * width + column + offset]
          #expect(value == (column < width ? Float(row * width + column) : -1))
        }
      }
    }
  }
}
