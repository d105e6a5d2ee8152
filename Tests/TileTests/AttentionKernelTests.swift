import Foundation
import LayerSpec
import Testing

@testable import Tile

/// What attention adds to the kernels: products of operands that lie anywhere, softmax with heads in the lanes,
/// and the loops over rows around them.
@Suite struct AttentionKernelTests {
  private static func kernels(_ level: TileLevel) -> TileKernels {
    TileKernels(level: level, format: .f32)
  }

  /// Products against double precision: at most γ(2n) of Σ|w·x|, one rounding more where a block is added to.
  @Test(arguments: TileLevel.supported)
  func stridedProductsAgreeWithDoublePrecision(level: TileLevel) {
    let kernels = Self.kernels(level)
    let width = kernels.panelWidth
    for steps in [0, 1, 7, 60] {
      for rows in 1...kernels.maximumRows {
        let (panelStep, rowStep, step) = (width + kernels.lanes, 3, 50)
        var numbers = Numbers(seed: 100 * steps + rows)
        let panel = Memory(bytes: 4 * max(1, steps) * panelStep)
        let factors = Memory(bytes: 4 * (steps * step + rows * rowStep + 8))
        let block = Memory(bytes: kernels.blockCapacity * 4)
        for index in panel.floats.indices { panel.floats[index] = numbers.next() }
        for index in factors.floats.indices { factors.floats[index] = numbers.next() }
        for index in 0..<rows * width { block.floats[index] = numbers.next() }
        let before = Array(block.floats.prefix(rows * width))
        kernels.multiplyStrided(
          panel: panel.floats.baseAddress!, panelStep: panelStep,
          factors: .init(base: factors.floats.baseAddress!, rowStep: rowStep, step: step),
          steps: steps, rows: rows, block: block.floats.baseAddress!, accumulates: true)
        for row in 0..<rows {
          for column in 0..<width {
            var sum = Double(before[row * width + column])
            var size = abs(sum)
            for index in 0..<steps {
              let weight = panel.floats[index * panelStep + column]
              let factor = factors.floats[index * step + row * rowStep]
              sum += Double(weight) * Double(factor)
              size += abs(Double(weight) * Double(factor))
            }
            let error = abs(Double(block.floats[row * width + column]) - sum)
            #expect(error <= gamma(2 * steps + 1) * size)
          }
        }
      }
    }
  }

  /// Rows of every length up to some blocks, packed and multiplied, against double precision; the chains of one
  /// and two rows add up to three roundings.
  @Test(arguments: TileLevel.supported)
  func productsWithBlocksAgreeWithDoublePrecision(level: TileLevel) {
    let kernels = Self.kernels(level)
    let (width, capacity) = (kernels.panelWidth, kernels.blockCapacity)
    for steps in [0, 1, 3, 4, width - 1, width, width + 1, 3 * width + 6] {
      for rows in 1...kernels.maximumRows {
        var numbers = Numbers(seed: 100 * steps + rows)
        let panel = Memory(bytes: 4 * max(1, steps) * width)
        for index in 0..<steps * width { panel.floats[index] = numbers.next() }
        let stride = steps + 3
        let source = numbers.array(rows * stride)
        let indices = (0..<rows).map { Int32((5 * $0 + 2) % rows) }
        let blocks = Memory(bytes: 4 * max(1, kernels.panels(outputs: steps)) * capacity)
        blocks.floats.update(repeating: .nan)
        let block = Memory(bytes: capacity * 4)
        for index in 0..<rows * width { block.floats[index] = numbers.next() }
        let before = Array(block.floats.prefix(rows * width))
        let isShuffled = rows % 5 != 0
        kernels.packBlocks(
          source: source, stride: stride, indices: isShuffled ? indices : nil, rows: rows,
          count: steps, blocks: blocks.floats.baseAddress!)
        kernels.blockProducts.multiply(
          panel: panel.floats.baseAddress!,
          factors: .init(base: blocks.floats.baseAddress!, stride: capacity), steps: steps,
          rows: rows, block: block.floats.baseAddress!, accumulates: true)
        let halves = [0, kernels.lanes].map { first in
          let half = Memory(bytes: capacity * 4)
          half.floats.update(repeating: 7)
          kernels.blockProducts.multiplyHalf(
            panel: panel.floats.baseAddress! + first,
            factors: .init(base: blocks.floats.baseAddress!, stride: capacity), steps: steps,
            rows: rows, block: half.floats.baseAddress! + first)
          return half
        }
        for row in 0..<rows {
          for column in 0..<width {
            var (sum, size) = (0.0, 0.0)
            for step in 0..<steps {
              let own = isShuffled ? Int(indices[row]) : row
              let term =
                Double(panel.floats[step * width + column]) * Double(source[own * stride + step])
              (sum, size) = (sum + term, size + abs(term))
            }
            for (index, half) in halves.enumerated() {
              let own = Double(half.floats[row * width + column])
              // The other vectors stay.
              #expect(
                column / kernels.lanes == index
                  ? abs(own - sum) <= gamma(2 * steps + 4) * size : own == 7)
            }
            let added = Double(before[row * width + column])
            let error = abs(Double(block.floats[row * width + column]) - sum - added)
            #expect(error <= gamma(2 * steps + 4) * (size + abs(added)))
          }
          // What a block holds behind the last float is a zero.
          let (last, used) = steps.quotientAndRemainder(dividingBy: width)
          for column in used..<width where used > 0 {
            #expect(blocks.floats[last * capacity + row * width + column] == 0)
          }
        }
      }
    }
  }

  /// Chunks of scores in rows, of which each row sees another part, against a softmax of all that it sees; and
  /// corrections of 1 where nothing was summed or no score exceeds the first maximum by much.
  ///
  /// What lies in the place of other keys is of no meaning, and may be no number.
  @Test(arguments: TileLevel.supported, 1...12)
  func chunksOfBlocksMakeOneSoftmax(level: TileLevel, rows: Int) {
    let kernels = Self.kernels(level)
    guard rows <= kernels.maximumRows else { return }
    let width = kernels.panelWidth
    for softcap in [nil, 2] as [Float?] {
      let integers = (0..<2).map { _ in Memory(bytes: 4 * rows) }
      let floats = (0..<3).map { _ in Memory(bytes: 4 * rows) }
      let state = TileKernels.SoftmaxRows(
        first: UnsafeMutableRawPointer(integers[0].floats.baseAddress!)
          .assumingMemoryBound(to: Int32.self),
        end: UnsafeMutableRawPointer(integers[1].floats.baseAddress!)
          .assumingMemoryBound(to: Int32.self),
        shifts: floats[0].floats.baseAddress!, sums: floats[1].floats.baseAddress!,
        corrections: floats[2].floats.baseAddress!)
      for row in 0..<rows { (state.shifts[row], state.sums[row]) = (TileKernels.lowestScore, 0) }
      var numbers = Numbers(seed: 11)
      var scores = [[Double]](repeating: [], count: rows)
      var weights = [[Double]](repeating: [], count: rows)
      // The scores of later chunks are larger: the second by what is tolerated, the third by more.
      for (chunk, (panels, size)) in [(1, 2), (3, 4), (2, 40), (1, 1)].enumerated() {
        let block = Memory(bytes: 4 * panels * kernels.blockCapacity)
        for row in 0..<rows {
          let first = row % 4 == 1 ? row + width / 2 : row % 4 == 2 ? width : 0
          let end = row % 3 == 0 ? panels * width : max(0, panels * width - 2 * row - 1)
          (state.first[row], state.end[row]) = (Int32(first), Int32(end))
          for key in 0..<panels * width {
            let place = key / width * kernels.blockCapacity + row * width + key % width
            let score = Float(size) * numbers.next()
            block.floats[place] = key % 2 == 0 ? .nan : .infinity
            if (first..<max(first, end)).contains(key) {
              block.floats[place] = score
              scores[row].append(
                softcap.map { Double($0) * tanh(Double(score) / Double($0)) } ?? Double(score))
            }
          }
        }
        let before = (0..<rows).map { state.sums[$0] }
        kernels.softmax(
          blocks: block.floats.baseAddress!, panels: panels, rows: rows, softcap: softcap,
          state: state)
        for row in 0..<rows {
          if before[row] == 0 || chunk == 1 { #expect(state.corrections[row] == 1) }
          weights[row] = weights[row].map { $0 * Double(state.corrections[row]) }
          for key in 0..<panels * width {
            let weight = block.floats[
              key / width * kernels.blockCapacity + row * width + key % width]
            if key >= state.first[row], key < state.end[row] {
              weights[row].append(Double(weight))
            } else {
              #expect(weight == 0)
            }
          }
        }
      }
      for row in 0..<rows {
        let shift = Double(state.shifts[row])
        let expected = scores[row].map { exp($0 - shift) }
        // A difference of scores is rounded to 2⁻²⁴ of up to 80; a power of two errs by 1.5e-7 and 1.3e-8 of its
        // argument, once for a weight and once for each correction; below e⁻⁸⁷ a weight is 0.
        for (weight, own) in zip(weights[row], expected) {
          #expect(abs(weight - own) <= own * 1.4e-5 + 2e-38)
        }
        let total = expected.reduce(0, +)
        #expect(abs(Double(state.sums[row]) - total) <= total * 1.5e-5)
      }
      withExtendedLifetime((integers, floats)) {}
    }
  }

  /// Three chunks of scores, each of which may raise what is subtracted, against a softmax of all at once.
  @Test(arguments: TileLevel.supported, [nil, 2] as [Float?])
  func chunksOfColumnsMakeOneSoftmax(level: TileLevel, softcap: Float?) {
    let kernels = Self.kernels(level)
    let (width, chunks) = (kernels.panelWidth, [1, 17, 60])
    var numbers = Numbers(seed: 5)
    let state = (0..<3).map { _ in Memory(bytes: 4 * width) }
    let (shifts, sums, corrections) = (state[0].floats, state[1].floats, state[2].floats)
    shifts.update(repeating: TileKernels.lowestScore)
    sums.update(repeating: 0)
    var scores = [[Double]](repeating: [], count: width)
    var weights = [[Double]](repeating: [], count: width)
    for keys in chunks {
      let block = Memory(bytes: 4 * keys * width)
      for index in 0..<keys * width {
        block.floats[index] = 8 * numbers.next()
        let score = Double(block.floats[index])
        scores[index % width].append(
          softcap.map { Double($0) * tanh(score / Double($0)) } ?? score)
      }
      let isFirst = sums[0] == 0
      let isCorrected = kernels.softmaxColumns(
        block: block.floats.baseAddress!, keys: keys, softcap: softcap,
        shifts: shifts.baseAddress!, sums: sums.baseAddress!,
        corrections: corrections.baseAddress!)
      #expect(isCorrected == (!isFirst && corrections.prefix(width).contains { $0 != 1 }))
      for head in 0..<width {
        weights[head] = weights[head].map { $0 * Double(corrections[head]) }
        weights[head] += (0..<keys).map { Double(block.floats[$0 * width + head]) }
      }
    }
    for head in 0..<width {
      let (shift, maximum) = (Double(shifts[head]), scores[head].max() ?? 0)
      #expect(shift <= maximum + 1e-5 && maximum <= shift + 8.00001)
      let expected = scores[head].map { exp($0 - shift) }
      let total = expected.reduce(0, +)
      // A power of two has exponents of up to 23, rounded to 2⁻²⁴ of them and made of a shift's that is rounded too; it
      // errs by 1.5e-7, and corrections likewise.
      for (weight, own) in zip(weights[head], expected) {
        #expect(abs(weight - own) <= own * 4e-6 + 1e-37)
      }
      #expect(abs(Double(sums[head]) - total) <= total * 8e-6)
    }
    withExtendedLifetime(state) {}
  }

  /// Rows of every length up to some vectors, which end within one.
  @Test(arguments: TileLevel.supported)
  func rowsAreNormalisedAddedAndTurned(level: TileLevel) {
    let kernels = Self.kernels(level)
    for count in [1, 2, 6, 16, 31, 64, 130] {
      var numbers = Numbers(seed: count)
      var row = numbers.array(count)
      let (scale, other) = (numbers.array(count), numbers.array(count))
      let exact = row.map(Double.init)
      var result = [Float](repeating: .nan, count: count)
      kernels.normalise(&row, count: count, scale: scale, epsilon: 0.25, into: &result)
      let mean = exact.reduce(0) { $0 + $1 * $1 } / Double(count)
      for index in 0..<count {
        let expected = exact[index] * Double(scale[index]) / (mean + 0.25).squareRoot()
        #expect(abs(Double(result[index]) - expected) <= 1e-6)
      }
      kernels.add(row, times: 0.75, to: other, into: &result, count: count)
      for index in 0..<count {
        #expect(abs(result[index] - (other[index] + row[index] * 0.75)) <= 2e-7)
      }
      kernels.add(row, times: -2, to: nil, into: &result, count: count)
      #expect(result == row.map { $0 * -2 })
      turn(kernels, pairs: count, &numbers)
    }
  }

  private func turn(_ kernels: TileKernels, pairs: Int, _ numbers: inout Numbers) {
    let row = numbers.array(2 * pairs)
    let angles = numbers.array(pairs).map { Double($0) * 4 }
    let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
    var halves = row
    kernels.turnHalves(&halves, pairs: pairs, cosines: cosines, sines: sines)
    var neighbours = row
    kernels.turnNeighbours(
      &neighbours, pairs: pairs, cosines: cosines.flatMap { [$0, $0] },
      sines: sines.flatMap { [-$0, $0] })
    for pair in 0..<pairs {
      func expect(_ a: Float, _ b: Float, _ first: Float, _ second: Float) {
        let (c, s) = (cos(angles[pair]), sin(angles[pair]))
        #expect(abs(Double(first) - (Double(a) * c - Double(b) * s)) <= 4e-7)
        #expect(abs(Double(second) - (Double(b) * c + Double(a) * s)) <= 4e-7)
      }
      expect(row[pair], row[pairs + pair], halves[pair], halves[pairs + pair])
      expect(
        row[2 * pair], row[2 * pair + 1], neighbours[2 * pair], neighbours[2 * pair + 1])
    }
  }
}
