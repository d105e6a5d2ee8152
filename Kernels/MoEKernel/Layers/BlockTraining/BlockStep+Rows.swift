import LayerSpec
import Tile

// What a step does with rows of H between its products, forward and backward.
extension BlockStep {
  /// The norm of every row, or a copy where a branch begins without one.
  func norm(
    _ source: Rows, _ scale: Matrix?, into target: Rows, _ tokens: Int, _ pool: WorkerPool
  ) {
    pool.forEach(tokens, grain: Self.rowsAtOnce) { _, row in
      guard let scale else {
        target[row].update(from: source[row], count: spec.hidden)
        return
      }
      kernels.normalise(
        source[row], count: spec.hidden, scale: scale.all[0], epsilon: spec.normEpsilon,
        into: target[row])
    }
  }

  /// target = stream + residual scale · norm(branch) for every row; the branch stays.
  func add(
    _ branch: Matrix, _ scale: Matrix?, to stream: Rows, into target: Rows, _ tokens: Int,
    _ pool: WorkerPool
  ) {
    pool.forEach(tokens, grain: Self.rowsAtOnce) { _, row in
      var own = branch.all[row]
      if let scale {
        kernels.normalise(
          own, count: spec.hidden, scale: scale.all[0], epsilon: spec.normEpsilon,
          into: target[row])
        own = target[row]
      }
      kernels.add(
        own, times: spec.residualScale, to: stream[row], into: target[row], count: spec.hidden)
    }
  }

  /// Gradients of a branch: those of the stream times the factor of branches.
  func spread(_ gradients: Rows, into target: Rows, _ tokens: Int, _ pool: WorkerPool) {
    pool.forEach(tokens, grain: Self.rowsAtOnce) { _, row in
      kernels.add(
        gradients[row], times: spec.residualScale, to: nil, into: target[row],
        count: spec.hidden)
    }
  }

  /// The sum of terms, of which there are at least two, in their order.
  func sum(_ terms: [Rows], into target: Rows, _ tokens: Int, _ pool: WorkerPool) {
    pool.forEach(tokens, grain: Self.rowsAtOnce) { _, row in
      kernels.add(
        terms[1][row], times: 1, to: terms[0][row], into: target[row], count: spec.hidden)
      for term in terms.dropFirst(2) {
        kernels.add(
          term[row], times: 1, to: target[row], into: target[row], count: spec.hidden)
      }
    }
  }

  /// Gradients of what a norm gave become those of what it read, and its scale's are added up; nothing where there
  /// is no norm.
  func normBackward(
    _ norm: ScaleGradient?, _ gradients: Rows, of source: Rows, _ tokens: Int, _ pool: WorkerPool
  ) {
    guard let norm else { return }
    norm.forEachPart(of: tokens, pool) { rows, sums in
      for row in rows {
        Norm.backward(
          gradients[row], of: source[row], count: spec.hidden, scale: norm.scale.all[0],
          scaleGradient: sums, epsilon: spec.normEpsilon)
      }
    }
  }

  private static let rowsAtOnce = 8
}
