import CVector

// The softmax of attention with heads in the lanes: where many heads share their keys, a block of scores has a
// row for each key and two vectors of heads, and no lane waits for another.

/// Turns scores of some keys into weights e^(score − maximum), in place.
///
/// - Parameters:
///   - block: two vectors of heads for each key.
///   - softcap: bound c of scores, which become c·tanh(score / c); 0 for none.
///   - maxima: for each head the largest score so far, raised by these.
///   - sums: for each head the sum of its weights so far, corrected and added to.
///   - corrections: for each head what earlier sums of values are to be multiplied by.
public func softmaxColumns(
  block: UnsafeMutablePointer<Float>, keys: Int, softcap: Float,
  maxima: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
  corrections: UnsafeMutablePointer<Float>
) {
  let scores = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  let tops = UnsafeMutableRawPointer(maxima).assumingMemoryBound(to: Vector.self)
  let totals = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Vector.self)
  let factors = UnsafeMutableRawPointer(corrections).assumingMemoryBound(to: Vector.self)
  if softcap > 0 {
    for index in 0..<2 &* keys { scores[index] = cappedScore(scores[index], softcap) }
  }
  for half in 0..<2 {
    var top = tops[half]
    for key in 0..<keys {
      let score = scores[2 &* key &+ half]
      top.replace(with: score, where: score .> top)
    }
    var sum = Vector.zero
    for key in 0..<keys {
      let weight = exponential(scores[2 &* key &+ half] - top)
      scores[2 &* key &+ half] = weight
      sum += weight
    }
    let correction = exponential(tops[half] - top)
    factors[half] = correction
    totals[half] = multiplyAdd(totals[half], correction, sum)
    tops[half] = top
  }
}
