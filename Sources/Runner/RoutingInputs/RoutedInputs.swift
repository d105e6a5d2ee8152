import Statistics

/// Builds activations that a given router sends where they are wanted, so that the timed pass runs
/// its own router unchanged and still meets a chosen popularity of experts.
///
/// A token's activations are x = n + Wᵀ·G⁻¹·(l − W·n), with n normal noise, W the router matrix
/// (choices × H), l the wanted logits and G = W·Wᵀ: the smallest change to the noise with W·x = l.
/// A router with more choices than H has no exact solution; there G is regularised and the logits
/// come out near the wanted ones. Records count the routing that happened, so neither case hides.
struct RoutedInputs {
  /// Elements handled at once.
  ///
  /// Sixteen floats are one 512-bit register or four 128-bit ones.
  private typealias Lanes = SIMD16<Float>

  /// Added to the diagonal of G, relative to its mean: it keeps the factor well defined when choices
  /// approach H, and moves logits by the same relative amount, far below their noise.
  private static let regularisation = 1e-4

  private let choices: Int
  private let hidden: Int
  /// Lanes in one padded row.
  private let stride: Int
  /// The router's rows, each padded with zeros to whole lanes.
  private let rows: [Lanes]
  private let factor: CholeskyFactor

  /// - Parameter router: W, choices × hidden, row-major.
  init(router: [Float], choices: Int, hidden: Int) {
    precondition(router.count == choices * hidden, "a router of \(choices)×\(hidden) elements")
    self.choices = choices
    self.hidden = hidden
    let stride = (hidden + Lanes.scalarCount - 1) / Lanes.scalarCount
    var rows = [Lanes](repeating: .zero, count: choices * stride)
    for choice in 0..<choices {
      for column in 0..<hidden {
        rows[choice * stride + column / Lanes.scalarCount][column % Lanes.scalarCount] =
          router[choice * hidden + column]
      }
    }
    var gram = [[Double]](repeating: [], count: choices)
    for row in 0..<choices {
      gram[row] = (0...row).map { column in
        Double(Self.dot(rows, row * stride, rows, column * stride, count: stride))
      }
    }
    let meanDiagonal = (0..<choices).reduce(0) { $0 + gram[$1][$1] } / Double(choices)
    for row in 0..<choices { gram[row][row] += Self.regularisation * meanDiagonal }
    self.stride = stride
    self.rows = rows
    self.factor = CholeskyFactor(lowerTriangle: gram)
  }

  /// Activations of one token whose router logits are `logits`, hidden elements.
  func activations(
    logits: [Float], noise generator: inout SeededGenerator
  ) -> [Float] {
    precondition(logits.count == choices, "one logit per choice")
    var lanes = [Lanes](repeating: .zero, count: stride)
    for (column, value) in generator.normals(count: hidden).enumerated() {
      lanes[column / Lanes.scalarCount][column % Lanes.scalarCount] = value
    }
    var missing = (0..<choices).map { choice in
      Double(logits[choice] - Self.dot(rows, choice * stride, lanes, 0, count: stride))
    }
    factor.solve(&missing)
    for choice in 0..<choices {
      let weight = Lanes(repeating: Float(missing[choice]))
      let start = choice * stride
      for index in 0..<stride { lanes[index] += weight * rows[start + index] }
    }
    return (0..<hidden).map { lanes[$0 / Lanes.scalarCount][$0 % Lanes.scalarCount] }
  }

  private static func dot(
    _ left: [Lanes], _ leftStart: Int, _ right: [Lanes], _ rightStart: Int, count: Int
  ) -> Float {
    var sum = Lanes.zero
    for index in 0..<count { sum += left[leftStart + index] * right[rightStart + index] }
    return sum.sum()
  }
}
