import CVector

/// The sums of one row, one vector for each of a panel's.
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
/// A step reads two vectors of weights and `wordsPerStep` 32-bit words of activations per row.
protocol PanelFormat {
  /// 32-bit words of activations that one step reads for one row.
  static var wordsPerStep: Int { get }

  /// Adds one step of the product to the sums of every row.
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafePointer<Vector>,
    activations: UnsafePointer<Float>)
}

/// 32-bit weights, one input per step.
enum F32Format: PanelFormat {
  static var wordsPerStep: Int { 1 }

  @inline(__always)
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafePointer<Vector>,
    activations: UnsafePointer<Float>
  ) {
    addProducts(&sums, weights[0], weights[1], activations)
  }
}

/// bf16 weights widened in registers, two inputs per step; activations stay in f32.
enum WidenedBF16Format: PanelFormat {
  static var wordsPerStep: Int { 2 }

  @inline(__always)
  static func accumulate<let rows: Int>(
    _ sums: inout InlineArray<rows, Sums>, weights: UnsafePointer<Vector>,
    activations: UnsafePointer<Float>
  ) {
    let first = unsafeBitCast(weights[0], to: Words.self)
    let second = unsafeBitCast(weights[1], to: Words.self)
    addProducts(&sums, lowBF16(first), lowBF16(second), activations)
    addProducts(&sums, highBF16(first), highBF16(second), activations + rows)
  }
}

#if TILE_V4
  /// bf16 weights and bf16 activations in hardware dot products of pairs, two inputs per step.
  enum DotBF16Format: PanelFormat {
    static var wordsPerStep: Int { 1 }

    @inline(__always)
    static func accumulate<let rows: Int>(
      _ sums: inout InlineArray<rows, Sums>, weights: UnsafePointer<Vector>,
      activations: UnsafePointer<Float>
    ) {
      let first = unsafeBitCast(weights[0], to: Words.self)
      let second = unsafeBitCast(weights[1], to: Words.self)
      for row in 0..<rows {
        let activation = Words(repeating: activations[row].bitPattern)
        sums[row].first = vector_dot_bf16(sums[row].first, first, activation)
        sums[row].second = vector_dot_bf16(sums[row].second, second, activation)
      }
    }
  }
#endif

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
