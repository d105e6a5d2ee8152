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

  @Test func squaresAreTransposed() {
    for kernels in kernels() {
      let width = kernels.panelWidth
      for steps in [0, 1, width / 2 + 1, width] {
        let source = (0..<width * width).map { Float($0) }
        var target = [Float](repeating: -1, count: width * width)
        source.withUnsafeBufferPointer { source in
          target.withUnsafeMutableBufferPointer { target in
            kernels.transposeSquare(
              source: source.baseAddress!, steps: steps, target: target.baseAddress!)
          }
        }
        for output in 0..<width {
          for step in 0..<width {
            let expected = step < steps ? source[step * width + output] : 0
            #expect(target[output * width + step] == expected)
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
