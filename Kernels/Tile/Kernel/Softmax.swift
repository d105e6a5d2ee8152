import CVector

// The softmax of attention, taken chunk by chunk of keys (Milakov and Gimelshein 2018, arXiv 1805.02867): what
// was summed so far is multiplied by a correction whenever a chunk moves what is subtracted from scores.

/// What stands for minus infinity among scores: e to its power is 0, and differences of two stay numbers.
public let lowestScore: Float = -1e30

/// How far a score may exceed what is subtracted before that follows it.
///
/// Any number near the maximum keeps weights within range, and where it stays, nothing that was summed need be
/// corrected; e⁸ = 2981 leaves sums as exact as weights up to 1 do. The maximum of random scores still rises in
/// nearly every chunk for some row of a tile, by little.
let toleratedRise: Float = 8

/// Blocks of scores of a tile: a row has `2·lanes` keys in each block.
private struct ScoreBlocks {
  let base: UnsafeMutablePointer<Float>
  /// Floats from one block to the next.
  let stride: Int

  /// The two vectors of a row in one panel of keys.
  @inline(__always)
  func vectors(_ row: Int, _ panel: Int) -> UnsafeMutablePointer<Vector> {
    UnsafeMutableRawPointer(base + (panel &* stride &+ row &* 2 &* lanes))
      .assumingMemoryBound(to: Vector.self)
  }

  /// The largest score of a row in some panels.
  @inline(__always)
  func largest(_ row: Int, _ panels: Range<Int>) -> Float {
    var (first, second) = (Vector(repeating: lowestScore), Vector(repeating: lowestScore))
    for panel in panels {
      let scores = vectors(row, panel)
      first = larger(first, scores[0])
      second = larger(second, scores[1])
    }
    return largestLane(of: larger(first, second))
  }

  /// Turns the scores of a row in some panels into weights.
  ///
  /// - Returns: their sum.
  @inline(__always)
  func weigh(_ row: Int, _ panels: Range<Int>, shift: Float) -> Float {
    let logarithm = Vector(repeating: binaryLogarithmOfE)
    let shift = Vector(repeating: -shift * binaryLogarithmOfE)
    var (first, second) = (Vector.zero, Vector.zero)
    for panel in panels {
      let scores = vectors(row, panel)
      let weights = (
        powerOfTwoOrZero(multiplyAdd(scores[0], logarithm, shift)),
        powerOfTwoOrZero(multiplyAdd(scores[1], logarithm, shift))
      )
      (scores[0], scores[1]) = weights
      first += weights.0
      second += weights.1
    }
    return totalOfLanes(first + second)
  }

  /// Gives the lowest score to keys of a panel that a row does not see.
  @inline(__always)
  func hide(_ row: Int, _ panel: Int, seen: Range<Int>) {
    let scores = vectors(row, panel)
    for half in 0..<2 {
      let origin = (2 &* panel &+ half) &* lanes
      scores[half] = keptLanes(
        of: scores[half], from: seen.lowerBound &- origin, to: seen.upperBound &- origin,
        else: lowestScore)
    }
  }

  /// Gives no weight to a panel.
  @inline(__always)
  func clear(_ row: Int, _ panel: Int) {
    let weights = vectors(row, panel)
    (weights[0], weights[1]) = (.zero, .zero)
  }

  /// Bounds the scores of a row.
  @inline(never)
  func cap(_ row: Int, _ panels: Range<Int>, at bound: Float) {
    for panel in panels {
      let scores = vectors(row, panel)
      scores[0] = cappedScore(scores[0], bound)
      scores[1] = cappedScore(scores[1], bound)
    }
  }
}

/// The panels in which a row sees any key, at most `count`.
@inline(__always)
private func panels(seen: Range<Int>, of count: Int) -> Range<Int> {
  let width = 2 &* lanes
  let end = min(count, (seen.upperBound &+ width &- 1) / width)
  return seen.isEmpty ? 0..<0 : min(seen.lowerBound / width, end)..<end
}

/// The keys that a row sees, none where its end lies before its first.
@inline(__always)
private func keys(_ first: Int32, _ end: Int32) -> Range<Int> {
  let first = max(0, Int(first))
  return first..<max(first, Int(end))
}

/// Turns the scores of a chunk into weights, in place: e^(score − shift), 0 for keys that a row does not see.
///
/// The blocks of a chunk follow each other at `stride` floats, two vectors a row, one key per lane.
///
/// - Parameters:
///   - first: for each row the first key of the chunk that it sees.
///   - end: for each row the key behind the last.
///   - softcap: bound c of scores, which become c·tanh(score / c); 0 for none.
///   - shifts: for each row what is subtracted from its scores, `lowestScore` before the first; that of its first
///     chunk is its largest score, later ones follow where scores exceed it by more than `toleratedRise`.
///   - sums: for each row the sum of its weights so far, corrected and added to.
///   - corrections: for each row what earlier sums of values are to be multiplied by; 1 where there are none.
/// - Returns: true where any correction is not 1.
public func softmaxBlocks(
  blocks: UnsafeMutablePointer<Float>, stride: Int, panels count: Int, rows: Int,
  first: UnsafePointer<Int32>, end: UnsafePointer<Int32>, softcap: Float,
  shifts: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
  corrections: UnsafeMutablePointer<Float>
) -> Bool {
  let (blocks, width) = (ScoreBlocks(base: blocks, stride: stride), 2 &* lanes)
  // All maxima come before all weights, so that no row's exponentials wait for the row's own maximum alone.
  for row in 0..<rows {
    let seen = keys(first[row], end[row])
    let own = panels(seen: seen, of: count)
    corrections[row] = lowestScore
    if own.isEmpty { continue }
    if softcap > 0 { blocks.cap(row, own, at: softcap) }
    if seen.lowerBound > own.lowerBound &* width { blocks.hide(row, own.lowerBound, seen: seen) }
    if seen.upperBound < own.upperBound &* width {
      blocks.hide(row, own.upperBound &- 1, seen: seen)
    }
    corrections[row] = blocks.largest(row, own)
  }
  var isCorrected = false
  for row in 0..<rows {
    let (largest, shift) = (corrections[row], shifts[row])
    corrections[row] = 1
    if largest <= shift + toleratedRise { continue }
    shifts[row] = largest
    if sums[row] == 0 { continue }
    corrections[row] =
      powerOfTwoOrZero(
        Vector(repeating: (shift - largest) * binaryLogarithmOfE))[0]
    sums[row] *= corrections[row]
    isCorrected = true
  }
  for row in 0..<rows {
    let own = panels(seen: keys(first[row], end[row]), of: count)
    for panel in 0..<own.lowerBound { blocks.clear(row, panel) }
    for panel in own.upperBound..<count { blocks.clear(row, panel) }
    sums[row] += blocks.weigh(row, own, shift: shifts[row])
  }
  return isCorrected
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
