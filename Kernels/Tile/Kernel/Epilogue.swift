import CVector
import LayerSpec

// What happens to a block of sums while it is still in the L1 cache: at most 12 rows of two vectors, 1.5 KiB.
// A block has two vectors per row, as `Product` leaves it.

/// Adds a bias to every row of a block; `first` and `second` hold the bias of the valid outputs of its two
/// vectors, which are fewer than `lanes` at the end of a matrix and are not read beyond.
public func addBias(
  block: UnsafeMutablePointer<Float>, rows: Int, first: UnsafePointer<Float>?, firstCount: Int,
  second: UnsafePointer<Float>?, secondCount: Int
) {
  let block = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  if let first {
    let bias = loadVector(first, count: firstCount)
    for row in 0..<rows { block[2 * row] += bias }
  }
  if let second {
    let bias = loadVector(second, count: secondCount)
    for row in 0..<rows { block[2 * row + 1] += bias }
  }
}

/// Activates a block whose vectors are gate and up of the same outputs; the result is written over
/// the first vector of every row, and the second is of no meaning afterwards.
public func activateGated(
  block: UnsafeMutablePointer<Float>, rows: Int, activation: Activation
) {
  let block = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  for row in 0..<rows {
    block[2 * row] = activated(activation, gate: block[2 * row], up: block[2 * row + 1])
  }
}

/// Activates both vectors of every row of a block in place, for a network without a gate.
public func activatePlain(
  block: UnsafeMutablePointer<Float>, rows: Int, activation: Activation
) {
  let block = UnsafeMutableRawPointer(block).assumingMemoryBound(to: Vector.self)
  let one = Vector(repeating: 1)
  for index in 0..<2 * rows { block[index] = activated(activation, gate: block[index], up: one) }
}

/// Writes the first `count` outputs of every row into a tile of floats, as inputs from `input` on.
///
/// Whole vectors of outputs are transposed in registers where a tile has about as many rows as a vector has lanes:
/// a store of one float for each would take as long as a tenth of the product before it.
public func storeFloats(
  block: UnsafePointer<Float>, rows: Int, count: Int, input: Int, tile: UnsafeMutableRawPointer
) {
  let tile = tile.assumingMemoryBound(to: Float.self)
  var output = 0
  #if TILE_V4 || TILE_V3
    if rows <= lanes, 2 &* rows >= lanes {
      while output &+ lanes <= count {
        storeColumns(block + output, rows, tile + (input &+ output) &* rows)
        output &+= lanes
      }
    }
  #endif
  // The outer loop is over outputs, so that the tile is written from front to back; the transposed reads hit the
  // block, which is in the L1 cache.
  while output < count {
    let to = tile + (input &+ output) &* rows
    for row in 0..<rows { to[row] = block[row &* 2 &* lanes &+ output] }
    output &+= 1
  }
}

#if TILE_V4
  @inline(__always)
  private func storeColumns(
    _ block: UnsafePointer<Float>, _ rows: Int, _ tile: UnsafeMutablePointer<Float>
  ) {
    vector_store_columns16(block, 2 &* lanes, rows, tile)
  }
#elseif TILE_V3
  @inline(__always)
  private func storeColumns(
    _ block: UnsafePointer<Float>, _ rows: Int, _ tile: UnsafeMutablePointer<Float>
  ) {
    vector_store_columns8(block, 2 &* lanes, rows, tile)
  }
#endif

#if TILE_V4
  /// Writes the first `count` outputs of every row into a tile of bf16 pairs, as inputs from `input`
  /// on, which is even; the CPU must have AVX512_BF16.
  ///
  /// An odd `count` leaves a 0 beside its last output.
  public func storePairs(
    block: UnsafePointer<Float>, rows: Int, count: Int, input: Int, tile: UnsafeMutableRawPointer
  ) {
    let tile = tile.assumingMemoryBound(to: UInt32.self) + input / 2 &* rows
    for row in 0..<rows {
      let from = block + row &* 2 &* lanes
      let pairs = vector_pack_bf16(
        loadVector(from, count: count), loadVector(from + lanes, count: count - lanes))
      for pair in 0..<(count + 1) / 2 { tile[pair &* rows &+ row] = pairs[pair] }
    }
  }
#endif

/// Writes the first `count` outputs of row `r` of a block, times `scales[r]`, to
/// `destination + indices[r]·stride`, or to `destination + r·stride` without indices.
///
/// - Parameter streams: true to write whole vectors past the caches, where a row is aligned for them.
public func storeRows(
  block: UnsafePointer<Float>, rows: Int, count: Int, scales: UnsafePointer<Float>?,
  destination: UnsafeMutablePointer<Float>, stride: Int, indices: UnsafePointer<Int32>?,
  streams: Bool
) {
  // Streaming stores need a vector's size, and Swift aligns none of its types to more than 16 bytes.
  let alignment = UInt(MemoryLayout<Vector>.size)
  for row in 0..<rows {
    let from = block + row &* 2 &* lanes
    let to = destination + (indices.map { Int($0[row]) } ?? row) &* stride
    let scale = scales.map { $0[row] } ?? 1
    if count == 2 &* lanes {
      let (first, second) = (
        loadVector(from, count: lanes) * scale, loadVector(from + lanes, count: lanes) * scale
      )
      if streams, UInt(bitPattern: to) % alignment == 0 {
        stream(first, to: to)
        stream(second, to: to + lanes)
      } else {
        UnsafeMutableRawPointer(to).storeBytes(of: first, as: Vector.self)
        UnsafeMutableRawPointer(to + lanes).storeBytes(of: second, as: Vector.self)
      }
      continue
    }
    for output in 0..<count { to[output] = from[output] * scale }
  }
}
