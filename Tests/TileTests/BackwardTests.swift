import Foundation
import LayerSpec
import Statistics
import Testing

@testable import Tile

/// What a backward pass needs of the kernels beside products.
@Suite struct BackwardTests {
  private func kernels() -> [TileKernels] {
    TileLevel.supported.map { TileKernels(level: $0, format: .f32) }
  }

  /// Below, at, and beyond whole vectors, each way, and rows that are gathered.
  @Test(arguments: [false, true]) func rowsAreWrittenColumnByColumn(isGathered: Bool) {
    for kernels in kernels() {
      let lanes = kernels.lanes
      let sizes = [1, lanes - 1, lanes, lanes + 1, 2 * lanes, 3 * lanes - 1]
      for (rows, count) in sizes.flatMap({ rows in ([0] + sizes).map { (rows, $0) } }) {
        let stride = count + 3
        let source = (0..<(rows + 1) * stride).map { Float($0) }
        let order = (0..<rows).map { Int32(isGathered ? rows - $0 : $0) }
        // One float more, which is not to be written.
        var columns = [Float](repeating: -1, count: rows * count + 1)
        source.withUnsafeBufferPointer { source in
          order.withUnsafeBufferPointer { order in
            columns.withUnsafeMutableBufferPointer { columns in
              kernels.packColumns(
                source: source.baseAddress!, stride: stride,
                indices: isGathered ? order.baseAddress! : nil, rows: rows, count: count,
                columns: columns.baseAddress!)
            }
          }
        }
        let expected = (0..<count).flatMap { column in
          order.map { Float(Int($0) * stride + column) }
        }
        #expect(columns == expected + [-1], "\(kernels.level): \(rows) rows of \(count)")
      }
    }
  }

  /// Rows that fill no vector, in blocks that have room for more inputs.
  @Test(arguments: [0, 1, 3]) func singleRowsAreMultiplied(panels: Int) {
    for kernels in kernels() {
      let width = kernels.panelWidth
      for rows in 1...kernels.maximumBackwardRows {
        for inputs in [1, 4] {
          #expect(kernels.inputsOfBackwardRows(left: inputs + 2) == inputs)
          let (panelStride, rowStride) = ((inputs + 2) * width, (panels + 1) * width)
          var numbers = Numbers(seed: rows)
          let weights = Memory(bytes: 4 * max(1, panels) * panelStride)
          for index in 0..<panels * panelStride { weights.floats[index] = numbers.next() }
          let gradients = numbers.array(rows * rowStride)
          let block = Memory(bytes: 4 * kernels.blockCapacity)
          block.floats.update(repeating: 7)
          for accumulates in [false, true] {
            kernels.multiplyBackwardRows(
              weights: weights.floats.baseAddress! + width, panelStride: panelStride,
              panels: panels, inputs: inputs, rows: gradients, rowStride: rowStride,
              rowCount: rows, block: block.floats.baseAddress!, accumulates: accumulates)
          }
          for (row, input) in (0..<rows).flatMap({ r in (0..<width).map { (r, $0) } }) {
            let found = Double(block.floats[row * width + input])
            guard input < inputs else {
              #expect(found == 7)
              continue
            }
            var (sum, size) = (0.0, 0.0)
            for output in 0..<panels * width {
              let weight = weights.floats[
                output / width * panelStride + (input + 1) * width + output % width]
              let term = Double(weight) * Double(gradients[row * rowStride + output])
              (sum, size) = (sum + term, size + abs(term))
            }
            // As of vectors of rows below.
            let steps = Double(2 * panels * width + 1)
            #expect(
              abs(found - 2 * sum) <= 2 * steps * 0x1p-24 / (1 - steps * 0x1p-24) * size,
              "\(kernels.level): \(rows) rows, input \(input) of \(inputs)")
          }
        }
      }
    }
  }

  /// What lies behind the last row comes to nothing, whatever it is.
  @Test(arguments: [0, 1, 3]) func weightsAreMultipliedWhereTheyLie(panels: Int) throws {
    for kernels in kernels() {
      let width = kernels.panelWidth
      for vectors in 1...kernels.maximumBackwardVectors {
        for rows in [(vectors - 1) * kernels.lanes + 1, vectors * kernels.lanes] {
          for left in [1, 4, 1000] {
            let inputs = kernels.backwardInputs(vectors: vectors, left: left)
            #expect(inputs <= left && (inputs > 1 || left < 1000))
            let panelStride = (inputs + 2) * width
            var numbers = Numbers(seed: rows)
            let weights = numbers.array(max(1, panels) * panelStride)
            let gradients = numbers.array(panels * width * rows)
            let sums = Memory(bytes: inputs * vectors * kernels.lanes * 4)
            for accumulates in [false, true] {
              weights.withUnsafeBufferPointer { weights in
                (gradients + [Float](repeating: .nan, count: kernels.lanes))
                  .withUnsafeBufferPointer { gradients in
                    kernels.multiplyBackward(
                      weights: weights.baseAddress! + width, panelStride: panelStride,
                      panels: panels, inputs: inputs, rows: gradients.baseAddress!, rowStep: rows,
                      vectors: vectors, sums: sums.floats.baseAddress!, accumulates: accumulates)
                  }
              }
            }
            for (input, row) in (0..<inputs).flatMap({ i in (0..<rows).map { (i, $0) } }) {
              var (sum, size) = (0.0, 0.0)
              for output in 0..<panels * width {
                let weight = weights[
                  output / width * panelStride + (input + 1) * width + output % width]
                let term = Double(weight) * Double(gradients[output * rows + row])
                (sum, size) = (sum + term, size + abs(term))
              }
              // Added to itself once: two sums of n terms each err by γ(2n)·Σ|w·x|, and their sum by one rounding.
              let steps = Double(2 * panels * width + 1)
              let found = Double(sums.floats[input * vectors * kernels.lanes + row])
              #expect(
                abs(found - 2 * sum) <= 2 * steps * 0x1p-24 / (1 - steps * 0x1p-24) * size,
                "\(kernels.level): \(vectors) vectors, \(rows) rows, input \(input) of \(inputs)")
            }
          }
        }
      }
    }
  }

  /// Difference quotients of the activation itself, in double precision.
  @Test(arguments: [
    Activation.silu, .gelu, .geluTanh, .relu, .reluSquared, .clampedSiLU(limit: 0.5),
    .clampedSwiGLU(alpha: 1.702, limit: 0.7),
  ])
  func gradientsAreThoseOfTheActivation(activation: Activation) {
    for (kernels, isGated) in kernels().flatMap({ [($0, true), ($0, false)] }) {
      let (rows, lanes) = (3, kernels.lanes)
      let units = 2 * lanes
      let columns = isGated ? 2 * units : units
      var generator = SeededGenerator(seed: 3, purpose: "products before activations")
      let kept = (0..<rows * columns).map { _ in Float(generator.nextOpenUnit() * 4 - 2) }
      let block = (0..<rows * units).map { _ in Float(generator.nextOpenUnit() * 2 - 1) }
      var gradients = [Float](repeating: .nan, count: rows * columns)
      var active = [Float](repeating: .nan, count: rows * units)
      block.withUnsafeBufferPointer { block in
        kept.withUnsafeBufferPointer { kept in
          gradients.withUnsafeMutableBufferPointer { gradients in
            active.withUnsafeMutableBufferPointer { active in
              kernels.activateBackward(
                block: block.baseAddress!, rows: rows, units: units, isGated: isGated,
                activation: activation, kept: kept.baseAddress!, keptStride: columns,
                gradients: gradients.baseAddress!, gradientStride: columns,
                active: active.baseAddress!, activeStride: units)
            }
          }
        }
      }
      for row in 0..<rows {
        for unit in 0..<units {
          let place =
            row * columns + (isGated ? unit / lanes * 2 * lanes + unit % lanes : unit)
          let (g, u) = (Double(kept[place]), isGated ? Double(kept[place + lanes]) : 1)
          let d = Double(block[row * units + unit])
          let h = 0x1p-17
          func value(_ g: Double, _ u: Double) -> Double { exact(activation, g, u) }
          let byGate = d * (value(g + h, u) - value(g - h, u)) / (2 * h)
          let byUp = d * (value(g, u + h) - value(g, u - h)) / (2 * h)
          // Some units of rounding of numbers near 1, and the erfc's own 10⁻⁶.
          #expect(abs(Double(active[row * units + unit]) - value(g, u)) < 1e-5)
          #expect(abs(Double(gradients[place]) - byGate) < 1e-5)
          if isGated { #expect(abs(Double(gradients[place + lanes]) - byUp) < 1e-5) }
        }
      }
    }
  }

  /// The activations as `Activation` defines them.
  private func exact(_ activation: Activation, _ g: Double, _ u: Double) -> Double {
    func silu(_ z: Double) -> Double { z / (1 + exp(-z)) }
    switch activation {
    case .silu: return silu(g) * u
    case .gelu: return g * 0.5 * erfc(-g / 2.0.squareRoot()) * u
    case .geluTanh:
      let inner = (2 / Double.pi).squareRoot() * (g + 0.044715 * g * g * g)
      return g / 2 * (1 + tanh(inner)) * u
    case .relu: return max(g, 0) * u
    case .reluSquared: return max(g, 0) * max(g, 0) * u
    case .clampedSiLU(let limit):
      let bound = Double(limit)
      return silu(min(g, bound)) * max(min(u, bound), -bound)
    case .clampedSwiGLU(let alpha, let limit):
      let bound = Double(limit)
      let gate = min(g, bound)
      return (max(min(u, bound), -bound) + 1) * gate / (1 + exp(-Double(alpha) * gate))
    }
  }
}
