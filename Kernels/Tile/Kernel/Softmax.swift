import CVector

// The softmax of attention, taken chunk by chunk of keys (Milakov and Gimelshein 2018, arXiv 1805.02867): what
// was summed so far is multiplied by a correction whenever a chunk raises the maximum.

/// What stands for minus infinity among scores: e to its power is 0 or next to it, and differences of two stay
/// numbers.
public let lowestScore: Float = -1e30

/// Turns the scores of a chunk into weights, in place: e^(score − maximum), 0 for keys that a row does not see.
///
/// The blocks of a chunk follow each other at `stride` floats, two vectors a row, one key per lane.
///
/// - Parameters:
///   - first: for each row the first key of the chunk that it sees.
///   - end: for each row the key behind the last.
///   - softcap: bound c of scores, which become c·tanh(score / c); 0 for none.
///   - maxima: for each row the largest score so far, raised by this chunk's.
///   - sums: for each row the sum of its weights so far, corrected and added to.
///   - corrections: for each row what earlier sums of values are to be multiplied by.
public func softmaxBlocks(
  blocks: UnsafeMutablePointer<Float>, stride: Int, panels: Int, rows: Int,
  first: UnsafePointer<Int32>, end: UnsafePointer<Int32>, softcap: Float,
  maxima: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
  corrections: UnsafeMutablePointer<Float>
) {
  let low = Vector(repeating: lowestScore)
  // Keys of a chunk are few enough to be exact as floats, whose comparisons are vector operations where those of
  // integers become loops over lanes.
  var lane = Vector.zero
  for index in 0..<lanes { lane[index] = Float(index) }
  let width = 2 &* lanes
  for row in 0..<rows {
    let (firstKey, endKey) = (first[row], end[row])
    let (firstLane, endLane) = (
      Vector(repeating: Float(firstKey)), Vector(repeating: Float(endKey))
    )
    let isWhole = firstKey <= 0 && Int(endKey) >= panels &* width
    var top = low
    for panel in 0..<panels {
      let start = UnsafeMutableRawPointer(blocks + (panel &* stride &+ row &* width))
      let scores = start.assumingMemoryBound(to: Vector.self)
      for half in 0..<2 {
        var score = scores[half]
        if softcap > 0 { score = cappedScore(score, softcap) }
        if !isWhole {
          let key = lane + Vector(repeating: Float(panel &* width &+ half &* lanes))
          score.replace(with: low, where: key .< firstLane)
          score.replace(with: low, where: key .>= endLane)
        }
        if softcap > 0 || !isWhole { scores[half] = score }
        top.replace(with: score, where: score .> top)
      }
    }
    let maximum = largest(of: top, and: maxima[row])
    var sum = Vector.zero
    let shift = Vector(repeating: maximum)
    for panel in 0..<panels {
      let start = UnsafeMutableRawPointer(blocks + (panel &* stride &+ row &* width))
      let scores = start.assumingMemoryBound(to: Vector.self)
      for half in 0..<2 {
        let score = scores[half]
        var weight = exponential(score - shift)
        // The exponential does not reach 0.
        if !isWhole { weight.replace(with: Vector.zero, where: score .<= low) }
        scores[half] = weight
        sum += weight
      }
    }
    let correction = exponential(Vector(repeating: maxima[row] - maximum))[0]
    corrections[row] = correction
    sums[row] = sums[row] * correction + total(of: sum)
    maxima[row] = maximum
  }
}

// The library's own `max` and `sum` would be specialised outside of this module, where every CPU may come.

@inline(__always)
private func largest(of values: Vector, and start: Float) -> Float {
  var result = start
  for index in 0..<lanes where values[index] > result { result = values[index] }
  return result
}

@inline(__always)
func total(of values: Vector) -> Float {
  var result: Float = 0
  for index in 0..<lanes { result += values[index] }
  return result
}

/// c·tanh(score / c), as c·(1 − 2 / (1 + e^(2·score / c))).
@inline(__always)
func cappedScore(_ score: Vector, _ bound: Float) -> Vector {
  let power = exponential(score * Vector(repeating: 2 / bound))
  return Vector(repeating: bound) - Vector(repeating: 2 * bound) / (Vector(repeating: 1) + power)
}

/// Multiplies every row of a block by its factor.
public func scaleRows(
  block: UnsafeMutablePointer<Float>, rows: Int, factors: UnsafePointer<Float>
) {
  let block = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  for row in 0..<rows {
    block[2 &* row] *= factors[row]
    block[2 &* row &+ 1] *= factors[row]
  }
}
