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

  /// Gives the lowest score to keys that a row does not see, so that from then on all rows see all panels.
  @inline(__always)
  func hide(_ row: Int, from first: Int, to end: Int, panels: Int) {
    let width = 2 &* lanes
    let begin = first == 0 ? 0 : min(panels, first / width &+ 1)
    for panel in 0..<begin { keep(row, panel, from: first, to: end) }
    let rest = max(begin, end / width)
    if rest < panels {
      for panel in rest..<panels { keep(row, panel, from: first, to: end) }
    }
  }

  @inline(__always)
  private func keep(_ row: Int, _ panel: Int, from first: Int, to end: Int) {
    let origin = panel &* 2 &* lanes
    keepLanes(
      of: base + (panel &* stride &+ row &* 2 &* lanes), from: first &- origin, to: end &- origin,
      else: lowestScore)
  }

  /// Bounds the scores of a row.
  @inline(never)
  func cap(_ row: Int, panels: Int, at bound: Float) {
    for panel in 0..<panels {
      let scores = vectors(row, panel)
      scores[0] = cappedScore(scores[0], bound)
      scores[1] = cappedScore(scores[1], bound)
    }
  }
}

/// Some rows of a tile side by side, so that no row waits for its own last step alone.
///
/// With four rows a chunk of four panels takes 53 cycles a row instead of 58, and one panel 24 instead of 30; two
/// gain half of that (Zen 5 with 512-bit vectors, scores in the L1 cache, 2026-11-30). With 16 registers some of four
/// rows' vectors go through the stack; prompts took the same there with two.
private enum RowGroup<let rows: Int> {
  private typealias PerRow = InlineArray<rows, Vector>

  /// Finds the largest score of each row from `first` on.
  @inline(__always)
  static func findLargest(
    _ blocks: ScoreBlocks, panels: Int, first: Int, into largest: UnsafeMutablePointer<Float>
  ) {
    var own = PerRow(repeating: Vector(repeating: lowestScore))
    for panel in 0..<panels {
      for row in 0..<rows {
        let scores = blocks.vectors(first &+ row, panel)
        own[row] = larger(own[row], larger(scores[0], scores[1]))
      }
    }
    for row in 0..<rows { largest[first &+ row] = largestLane(of: own[row]) }
  }

  /// Turns scores of each row from `first` on into weights, and adds them to its sum.
  @inline(__always)
  static func weigh(
    _ blocks: ScoreBlocks, panels: Int, first: Int, shifts: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) {
    let logarithm = Vector(repeating: binaryLogarithmOfE)
    // A row that has seen no key yet has only lowest scores, of which none may be e⁰.
    let shift = PerRow { row in
      Vector(repeating: -max(shifts[first &+ row], lowestScore / 2) * binaryLogarithmOfE)
    }
    var own = PerRow(repeating: .zero)
    for panel in 0..<panels {
      for row in 0..<rows {
        let scores = blocks.vectors(first &+ row, panel)
        let weights = (
          powerOfTwoOrZero(multiplyAdd(scores[0], logarithm, shift[row])),
          powerOfTwoOrZero(multiplyAdd(scores[1], logarithm, shift[row]))
        )
        (scores[0], scores[1]) = weights
        own[row] += weights.0 + weights.1
      }
    }
    for row in 0..<rows { sums[first &+ row] += totalOfLanes(own[row]) }
  }
}

/// Turns the scores of a chunk into weights, in place: e^(score − shift), 0 for keys that a row does not see,
/// whatever is in their place.
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
  let blocks = ScoreBlocks(base: blocks, stride: stride)
  for row in 0..<rows {
    if softcap > 0 { blocks.cap(row, panels: count, at: softcap) }
    let begin = max(0, Int(first[row]))
    blocks.hide(row, from: begin, to: max(begin, Int(end[row])), panels: count)
  }
  // All maxima come before all weights, so that no row's exponentials wait for the row's own maximum alone.
  let (fours, rest) = (rows / 4 &* 4, rows % 4)
  for row in Swift.stride(from: 0, to: fours, by: 4) {
    RowGroup<4>.findLargest(blocks, panels: count, first: row, into: corrections)
  }
  switch rest {
  case 1: RowGroup<1>.findLargest(blocks, panels: count, first: fours, into: corrections)
  case 2: RowGroup<2>.findLargest(blocks, panels: count, first: fours, into: corrections)
  case 3: RowGroup<3>.findLargest(blocks, panels: count, first: fours, into: corrections)
  default: break
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
  for row in Swift.stride(from: 0, to: fours, by: 4) {
    RowGroup<4>.weigh(blocks, panels: count, first: row, shifts: shifts, sums: sums)
  }
  switch rest {
  case 1: RowGroup<1>.weigh(blocks, panels: count, first: fours, shifts: shifts, sums: sums)
  case 2: RowGroup<2>.weigh(blocks, panels: count, first: fours, shifts: shifts, sums: sums)
  case 3: RowGroup<3>.weigh(blocks, panels: count, first: fours, shifts: shifts, sums: sums)
  default: break
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
