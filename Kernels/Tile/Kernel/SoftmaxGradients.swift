// The derivative of the softmax of attention: of weights w that sum up to 1 and gradients dw by them, those by the
// scores are w·(dw − Σ w·dw).

/// Scales weights so that each row's sum up to 1, and turns gradients by them into those by the scores, both in
/// place.
///
/// Blocks follow each other at `stride` floats, two vectors a row, one key per lane, as `softmaxBlocks` leaves them.
///
/// - Parameters:
///   - weights: e^(score − maximum), 0 for keys that a row does not see.
///   - gradients: dw, of any value where a weight is 0.
///   - factors: for each row what its weights are multiplied by.
///   - means: where Σ w·dw of each row goes.
public func softmaxGradients(
  weights: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, stride: Int,
  panels: Int, rows: Int, factors: UnsafePointer<Float>, means: UnsafeMutablePointer<Float>
) {
  let width = 2 &* lanes
  for row in 0..<rows {
    let factor = Vector(repeating: factors[row])
    var sum = Vector.zero
    for panel in 0..<panels {
      let place = panel &* stride &+ row &* width
      let own = UnsafeMutableRawPointer(weights + place).assumingMemoryBound(to: Vector.self)
      let slopes = UnsafeMutableRawPointer(gradients + place)
        .assumingMemoryBound(to: Vector.self)
      for half in 0..<2 {
        let weight = own[half] * factor
        own[half] = weight
        sum += weight * slopes[half]
      }
    }
    let mean = totalOfLanes(sum)
    means[row] = mean
    let shift = Vector(repeating: mean)
    for panel in 0..<panels {
      let place = panel &* stride &+ row &* width
      let own = UnsafeMutableRawPointer(weights + place).assumingMemoryBound(to: Vector.self)
      let slopes = UnsafeMutableRawPointer(gradients + place)
        .assumingMemoryBound(to: Vector.self)
      for half in 0..<2 { slopes[half] = own[half] * (slopes[half] - shift) }
    }
  }
}
