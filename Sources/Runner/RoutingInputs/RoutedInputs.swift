import MoEKernel
import Statistics

/// Builds activations that a given router sends where they are wanted, so that the timed pass runs
/// its own router unchanged and still meets a chosen popularity of experts.
///
/// A token's activations are x = n + Wᵀ·(W·Wᵀ + λ)⁻¹·(l − W·n), with n normal noise, W the router matrix
/// (choices × H) and l the wanted logits: the smallest change to the noise with W·x = l, as far as λ lets
/// it. A router with more choices than H has no exact solution, and the logits come out near the wanted
/// ones. Records count the routing that happened, so neither case hides.
///
/// With more choices than H the same x is n + (Wᵀ·W + λ)⁻¹·Wᵀ·(l − W·n), so that the matrix to be factored
/// is never larger than the router itself.
struct RoutedInputs {
  /// Elements handled at once.
  ///
  /// Sixteen floats are one 512-bit register or four 128-bit ones.
  private typealias Lanes = SIMD16<Float>

  /// λ relative to the mean diagonal of W·Wᵀ: it keeps the factor well defined when choices approach H,
  /// and moves logits by the same relative amount, far below their noise.
  private static let regularisation = 1e-4

  /// The largest matrix that is factored: n³/3 operations on it take some seconds, and published routers
  /// have up to 2048 choices (Switch Transformer, arXiv 2101.03961).
  static let mostFactored = 4096

  private let choices: Int
  private let hidden: Int
  private let byColumns: Bool
  /// Lanes in one padded row.
  private let stride: Int
  /// The router's rows, each padded with zeros to whole lanes.
  private let rows: [Lanes]
  /// Of the smaller of W·Wᵀ + λ and Wᵀ·W + λ.
  private let factor: CholeskyFactor

  /// n of the n×n matrix that is factored for a router.
  static func factored(choices: Int, hidden: Int) -> Int { min(choices, hidden) }

  /// Bytes of what is kept for a router, and of what making it takes besides; `Int.max` where they cannot be
  /// counted.
  static func bytes(choices: Int, hidden: Int) -> Int {
    let order = factored(choices: choices, hidden: hidden)
    // W as it is read and as it is kept; half of the matrix and its factor, which is padded to a whole.
    let router = Saturating.product(Saturating.product(2, choices), hidden)
    return Saturating.sum(
      Saturating.product(router, MemoryLayout<Float>.size),
      Saturating.product(
        Saturating.product(order, order), 3 * MemoryLayout<Double>.size / 2))
  }

  /// - Parameter router: W, choices × hidden, row-major.
  init(router: [Float], choices: Int, hidden: Int) {
    self.init(router: router, choices: choices, hidden: hidden, byColumns: choices > hidden)
  }

  /// - Parameter byColumns: whether Wᵀ·W is factored, and not W·Wᵀ.
  init(router: [Float], choices: Int, hidden: Int, byColumns: Bool) {
    precondition(router.count == choices * hidden, "a router of \(choices)×\(hidden) elements")
    self.choices = choices
    self.hidden = hidden
    self.byColumns = byColumns
    let stride = Self.lanes(hidden)
    var rows = [Lanes](repeating: .zero, count: choices * stride)
    for choice in 0..<choices {
      for column in 0..<hidden {
        rows[choice * stride + column / Lanes.scalarCount][column % Lanes.scalarCount] =
          router[choice * hidden + column]
      }
    }
    self.stride = stride
    self.rows = rows
    let squares = (0..<choices).reduce(0) { sum, row in
      sum + Double(Self.dot(rows, row * stride, rows, row * stride, count: stride))
    }
    var gram =
      byColumns
      ? Self.products(ofColumns: hidden, rows, choices: choices)
      : (0..<choices).map { row in
        (0...row).map { column in
          Double(Self.dot(rows, row * stride, rows, column * stride, count: stride))
        }
      }
    let added = Self.regularisation * squares / Double(choices)
    for row in gram.indices { gram[row][row] += added }
    factor = CholeskyFactor(lowerTriangle: gram)
  }

  /// The lower triangle of Wᵀ·W, from rows of whole lanes.
  private static func products(ofColumns hidden: Int, _ rows: [Lanes], choices: Int) -> [[Double]] {
    let stride = lanes(hidden)
    var gram = (0..<hidden).map { [Double](repeating: 0, count: $0 + 1) }
    for first in Swift.stride(from: 0, to: choices, by: rowsOfASum) {
      let block = first..<min(choices, first + rowsOfASum)
      for row in 0..<hidden {
        let (lane, place) = row.quotientAndRemainder(dividingBy: Lanes.scalarCount)
        var sums = [Lanes](repeating: .zero, count: lane + 1)
        for choice in block {
          let weight = Lanes(repeating: rows[choice * stride + lane][place])
          for index in 0...lane { sums[index] += weight * rows[choice * stride + index] }
        }
        for column in 0...row {
          gram[row][column] +=
            Double(sums[column / Lanes.scalarCount][column % Lanes.scalarCount])
        }
      }
    }
    return gram
  }

  /// Rows that are summed in 32 bits before they are added in 64: their rounding stays below the
  /// regularisation.
  private static let rowsOfASum = 256

  private static func lanes(_ elements: Int) -> Int {
    (elements + Lanes.scalarCount - 1) / Lanes.scalarCount
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
    if byColumns {
      var change = elements(combined(missing)).map(Double.init)
      factor.solve(&change)
      for (column, value) in change.enumerated() {
        lanes[column / Lanes.scalarCount][column % Lanes.scalarCount] += Float(value)
      }
    } else {
      factor.solve(&missing)
      for (index, value) in combined(missing).enumerated() { lanes[index] += value }
    }
    return elements(lanes)
  }

  /// Wᵀ·w, the router's rows weighted and added.
  private func combined(_ weights: [Double]) -> [Lanes] {
    var sum = [Lanes](repeating: .zero, count: stride)
    for choice in 0..<choices {
      let weight = Lanes(repeating: Float(weights[choice]))
      let start = choice * stride
      for index in 0..<stride { sum[index] += weight * rows[start + index] }
    }
    return sum
  }

  private func elements(_ lanes: [Lanes]) -> [Float] {
    (0..<hidden).map { lanes[$0 / Lanes.scalarCount][$0 % Lanes.scalarCount] }
  }

  private static func dot(
    _ left: [Lanes], _ leftStart: Int, _ right: [Lanes], _ rightStart: Int, count: Int
  ) -> Float {
    var sum = Lanes.zero
    for index in 0..<count { sum += left[leftStart + index] * right[rightStart + index] }
    return sum.sum()
  }
}
