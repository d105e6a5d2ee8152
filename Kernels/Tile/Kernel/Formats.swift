import CVector

/// The accumulators of one row, one for each vector of a panel.
///
/// A type of this module, so that what the standard library's generic code becomes for it carries this
/// module's name. The linker merges such code by name alone: `InlineArray<12, SIMD16<Float>>` built
/// for AVX-512 would also serve a module that runs without.
struct Sums {
  var first = Vector.zero
  var second = Vector.zero

  @inline(__always)
  static func += (left: inout Sums, right: Sums) {
    left.first += right.first
    left.second += right.second
  }
}

/// How weights are stored in a panel and how one step of the product reads them.
///
/// A step is as many bytes of weights as the format needs for some inputs of all outputs of the panel, and
/// as many words of activations for each row. Both are constants of the format, so that the loop over steps
/// has them in its addresses.
protocol PanelFormat {
  /// Bytes of the panel that one step reads: two vectors in every format there is, at most 128.
  static var bytesPerStep: Int { get }

  /// 32-bit words of activations that one step reads for one row.
  static var wordsPerStep: Int { get }

  /// Adds one step of the product to the accumulators of every row.
  ///
  /// - Parameters:
  ///   - weights: `bytesPerStep` bytes, aligned for vectors.
  ///   - activations: `wordsPerStep` runs of `rows` words.
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafeRawPointer,
    activations: UnsafePointer<Float>)
}

/// 32-bit weights, one input per step: 2 loads of weights and a broadcast per row for 2 FMAs per row.
enum F32Format: PanelFormat {
  static var bytesPerStep: Int { 2 * MemoryLayout<Vector>.size }
  static var wordsPerStep: Int { 1 }

  @inline(__always)
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafeRawPointer,
    activations: UnsafePointer<Float>
  ) {
    addProducts(&sums, vector(weights, 0), vector(weights, 1), activations)
  }
}

/// bf16 weights widened in registers, two inputs per step; activations stay in f32.
///
/// A vector holds both inputs of its outputs, one in the lower and one in the upper halves of its words: a
/// shift and a mask make 32-bit floats of them, one instruction each, shared by all rows. The words wait in
/// registers meanwhile, two more than f32 needs, which is why fewer rows fit where there are 16 registers
/// (`maximumRowsWidened`).
enum WidenedBF16Format: PanelFormat {
  static var bytesPerStep: Int { 2 * MemoryLayout<Words>.size }
  static var wordsPerStep: Int { 2 }

  @inline(__always)
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafeRawPointer,
    activations: UnsafePointer<Float>
  ) {
    let first = unsafeBitCast(vector(weights, 0), to: Words.self)
    let second = unsafeBitCast(vector(weights, 1), to: Words.self)
    addProducts(&sums, lowBF16(first), lowBF16(second), activations)
    addProducts(&sums, highBF16(first), highBF16(second), activations + rows)
  }
}

#if TILE_V4
  /// bf16 weights and bf16 activations in hardware dot products of pairs, two inputs per step.
  ///
  /// One instruction does two multiply-adds a lane, so its peak is twice that of 32-bit floats; activations
  /// are rounded once, when the tile is packed.
  enum DotBF16Format: PanelFormat {
    static var bytesPerStep: Int { 2 * MemoryLayout<Words>.size }
    static var wordsPerStep: Int { 1 }

    @inline(__always)
    static func accumulate<let rows: Int>(
      _ sums: inout InlineArray<rows, Sums>, weights: UnsafeRawPointer,
      activations: UnsafePointer<Float>
    ) {
      let first = unsafeBitCast(vector(weights, 0), to: Words.self)
      let second = unsafeBitCast(vector(weights, 1), to: Words.self)
      for row in 0..<rows {
        let activation = Words(repeating: activations[row].bitPattern)
        sums[row].first = vector_dot_bf16(sums[row].first, first, activation)
        sums[row].second = vector_dot_bf16(sums[row].second, second, activation)
      }
    }
  }
#endif

/// One vector of a step: panels are aligned for vectors, so that no load is split between two cache lines.
@inline(__always)
private func vector(_ weights: UnsafeRawPointer, _ index: Int) -> Vector {
  weights.load(fromByteOffset: index &* MemoryLayout<Vector>.size, as: Vector.self)
}

/// Adds the outer product of two weight vectors and one activation per row.
@inline(__always)
private func addProducts<let rows: Int>(
  _ sums: inout InlineArray<rows, Sums>, _ first: Vector, _ second: Vector,
  _ activations: UnsafePointer<Float>
) {
  for row in 0..<rows {
    let activation = Vector(repeating: activations[row])
    sums[row].first = multiplyAdd(first, activation, sums[row].first)
    sums[row].second = multiplyAdd(second, activation, sums[row].second)
  }
}
