import CVector

// Packing of activations. A tile holds the rows of one product side by side, input by input, so that a step
// reads one short run of memory: 12 rows in 32 bits are 48 bytes, in one cache line or two. Read where they
// are, rows of a hidden size of 1024, 2048 or 4096 floats would lie a multiple of 4 KiB apart, and the same
// input of all of them would fall into one set of the L1 cache (64 sets of 64-byte lines, 8 or 12 ways).

/// Inputs that are written before the next rows are begun: few enough that their part of the tile stays in
/// the L1 cache.
///
/// Four rows at a time write a part of every line of the tile, so the lines are written again by the next
/// four; 64 inputs of 12 rows are 3 KiB of a cache of 32 or 48.
private let inputsPerBlock = 64

/// Writes rows into a tile of floats: input `k` of row `r` goes to word `k·rows + r`.
///
/// Row `r` begins at `source + indices[r]·stride`, or at `source + r·stride` without indices, so that a
/// gather of an expert's tokens costs no copy before this one. Words of the inputs from `depth` to
/// `paddedDepth` are 0.
public func packFloats(
  source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>?, rows: Int, depth: Int,
  paddedDepth: Int, tile: UnsafeMutableRawPointer
) {
  let tile = tile.assumingMemoryBound(to: Float.self)
  for begin in Swift.stride(from: 0, to: depth, by: inputsPerBlock) {
    interleave(
      rows: rows, count: min(inputsPerBlock, depth - begin), to: tile + begin &* rows
    ) { row in
      source + ((indices.map { Int($0[row]) } ?? row) &* stride &+ begin)
    }
  }
  for word in depth * rows..<paddedDepth * rows { tile[word] = 0 }
}

#if TILE_V4
  /// Writes rows into a tile of bf16 pairs, rounded to nearest.
  ///
  /// Inputs `2p` and `2p + 1` of row `r` go to word `p·rows + r`, the first in the low half; a missing
  /// last input is 0. Rows are rounded into a buffer of a few words in the L1 cache first, a vector at a
  /// time, and then transposed as words. The rest is as in `packFloats`; the CPU must have AVX512_BF16.
  public func packPairs(
    source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>?, rows: Int,
    depth: Int,
    paddedDepth: Int, tile: UnsafeMutableRawPointer
  ) {
    let tile = tile.assumingMemoryBound(to: Float.self)
    let wordsPerBlock = inputsPerBlock / 2
    withUnsafeTemporaryAllocation(of: Float.self, capacity: maximumRows * wordsPerBlock) { words in
      guard let pairs = words.baseAddress else { return }
      for begin in Swift.stride(from: 0, to: depth, by: inputsPerBlock) {
        let count = min(inputsPerBlock, depth - begin)
        for row in 0..<rows {
          let from = source + ((indices.map { Int($0[row]) } ?? row) &* stride &+ begin)
          roundToPairs(from, count: count, to: pairs + row &* wordsPerBlock)
        }
        interleave(rows: rows, count: (count + 1) / 2, to: tile + begin / 2 &* rows) { row in
          UnsafePointer(pairs + row &* wordsPerBlock)
        }
      }
    }
  }

  /// Rounds `count` floats to bf16 and writes them as pairs, in whole vectors of which the last is
  /// filled up with 0.
  @inline(__always)
  private func roundToPairs(
    _ source: UnsafePointer<Float>, count: Int, to pairs: UnsafeMutablePointer<Float>
  ) {
    for input in stride(from: 0, to: count, by: 2 * lanes) {
      let words = vector_pack_bf16(
        loadVector(source + input, count: count - input),
        loadVector(source + input + lanes, count: count - input - lanes))
      UnsafeMutableRawPointer(pairs + input / 2).storeBytes(of: words, as: Words.self)
    }
  }
#endif

/// Writes word `i` of row `r` to `destination[i·rows + r]`, for `count` words of every row.
///
/// One row is copied. Of more, four at a time are transposed in registers, which takes a load and a store
/// for four words instead of one each; the rows that remain go word by word.
@inline(__always)
private func interleave(
  rows: Int, count: Int, to destination: UnsafeMutablePointer<Float>,
  from start: (_ row: Int) -> UnsafePointer<Float>
) {
  if rows == 1 { return destination.update(from: start(0), count: count) }
  var row = 0
  while row + 4 <= rows {
    let (a, b, c, d) = (start(row), start(row + 1), start(row + 2), start(row + 3))
    var to = destination + row
    for word in stride(from: 0, to: count & ~3, by: 4) {
      let (p, q) = (load4(a + word), load4(b + word))
      let (r, s) = (load4(c + word), load4(d + word))
      for lane in 0..<4 {
        let column = SIMD4(p[lane], q[lane], r[lane], s[lane])
        UnsafeMutableRawPointer(to).storeBytes(of: column, as: SIMD4<Float>.self)
        to += rows
      }
    }
    for word in count & ~3..<count {
      (to[0], to[1], to[2], to[3]) = (a[word], b[word], c[word], d[word])
      to += rows
    }
    row += 4
  }
  while row < rows {
    let from = start(row)
    var to = destination + row
    for word in 0..<count {
      to.pointee = from[word]
      to += rows
    }
    row += 1
  }
}

/// Four floats at an address that need only be aligned for one: rows begin at any multiple of `stride`.
@inline(__always)
private func load4(_ address: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(address).loadUnaligned(as: SIMD4<Float>.self)
}

/// The first `count` floats at an address, and no more of it, for it may end there; the other lanes are 0.
@inline(__always)
func loadVector(_ address: UnsafePointer<Float>, count: Int) -> Vector {
  if count >= lanes { return UnsafeRawPointer(address).loadUnaligned(as: Vector.self) }
  var vector = Vector.zero
  for lane in 0..<max(count, 0) { vector[lane] = address[lane] }
  return vector
}
