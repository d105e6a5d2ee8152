import CVector

// The softmax of attention with heads in the lanes: where many heads share their keys, a block of scores has a
// row for each key and two vectors of heads, and no lane waits for another.

/// Turns scores of some keys into weights e^(score − maximum), in place.
///
/// - Parameters:
///   - block: two vectors of heads for each key.
///   - softcap: bound c of scores, which become c·tanh(score / c); 0 for none.
///   - shifts: for each head what is subtracted from its scores, `lowestScore` before the first; that of its first
///     keys is their largest score, later ones follow where scores exceed it by more than `toleratedRise`.
///   - sums: for each head the sum of its weights so far, corrected and added to.
///   - corrections: for each head what earlier sums of values are to be multiplied by.
/// - Returns: true where any correction is not 1.
public func softmaxColumns(
  block: UnsafeMutablePointer<Float>, keys: Int, softcap: Float,
  shifts: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
  corrections: UnsafeMutablePointer<Float>
) -> Bool {
  let scores = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  let shifts = UnsafeMutableRawPointer(shifts).assumingMemoryBound(to: Vector.self)
  let totals = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Vector.self)
  let factors = UnsafeMutableRawPointer(corrections).assumingMemoryBound(to: Vector.self)
  if softcap > 0 {
    for index in 0..<2 &* keys { scores[index] = cappedScore(scores[index], softcap) }
  }
  // Two heads' vectors and two keys at a time, since each comparison waits for the one before it.
  var (first, second) = (Vector(repeating: lowestScore), Vector(repeating: lowestScore))
  var (third, fourth) = (first, second)
  for pair in 0..<keys / 2 {
    first = larger(first, scores[4 &* pair])
    second = larger(second, scores[4 &* pair &+ 1])
    third = larger(third, scores[4 &* pair &+ 2])
    fourth = larger(fourth, scores[4 &* pair &+ 3])
  }
  if keys % 2 != 0 {
    first = larger(first, scores[2 &* keys &- 2])
    second = larger(second, scores[2 &* keys &- 1])
  }
  let tops = (larger(first, third), larger(second, fourth))
  let changes = (
    follow(tops.0, &shifts[0], &totals[0], &factors[0]),
    follow(tops.1, &shifts[1], &totals[1], &factors[1])
  )

  let logarithm = Vector(repeating: binaryLogarithmOfE)
  let origins = (-shifts[0] * logarithm, -shifts[1] * logarithm)
  var (left, right) = (Vector.zero, Vector.zero)
  for key in 0..<keys {
    let weights = (
      powerOfTwoOrZero(multiplyAdd(scores[2 &* key], logarithm, origins.0)),
      powerOfTwoOrZero(multiplyAdd(scores[2 &* key &+ 1], logarithm, origins.1))
    )
    (scores[2 &* key], scores[2 &* key &+ 1]) = weights
    left += weights.0
    right += weights.1
  }
  totals[0] += left
  totals[1] += right
  return changes.0 || changes.1
}

/// Moves the shifts of a vector of heads to scores that exceed them by too much.
///
/// - Returns: true where sums so far were corrected.
@inline(__always)
private func follow(
  _ tops: Vector, _ shifts: inout Vector, _ totals: inout Vector, _ factors: inout Vector
) -> Bool {
  let risen = tops .> shifts + Vector(repeating: toleratedRise)
  factors = Vector(repeating: 1)
  if !any(risen) { return false }
  let former = shifts
  shifts.replace(with: tops, where: risen)
  factors = powerOfTwoOrZero((former - shifts) * Vector(repeating: binaryLogarithmOfE))
  totals *= factors
  return any(risen .& (totals .!= 0))
}
