import CVector

// What differs between the builds: the vector, and how many rows a product takes. A panel is always
// two vectors wide; the rows follow from the registers, which hold 2·rows sums, 2 vectors of weights
// and what broadcasting an activation needs. Widening bf16 needs two registers more.

#if TILE_V4
  /// One of 32 registers.
  typealias Vector = SIMD16<Float>
  typealias Words = SIMD16<UInt32>
  /// The most rows of a product with f32 weights, or with bf16 dot products.
  public let maximumRows = 12
  /// The most rows of a product with bf16 weights that are widened.
  public let maximumRowsWidened = 12

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add16(a, b, sum)
  }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_16(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_16(pairs) }

#elseif TILE_V3
  /// One of 16 registers.
  typealias Vector = SIMD8<Float>
  typealias Words = SIMD8<UInt32>
  /// The most rows of a product with f32 weights.
  public let maximumRows = 6
  /// The most rows of a product with bf16 weights that are widened.
  public let maximumRowsWidened = 5

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add8(a, b, sum)
  }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_8(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_8(pairs) }

#else
  /// One of 16 registers on x86-64, of 32 on arm64.
  typealias Vector = SIMD4<Float>
  typealias Words = SIMD4<UInt32>
  #if arch(arm64)
    /// The most rows of a product with f32 weights.
    public let maximumRows = 12
    /// The most rows of a product with bf16 weights that are widened.
    public let maximumRowsWidened = 12
  #else
    /// The most rows of a product with f32 weights; without fused products, each waits in a register.
    public let maximumRows = 4
    /// The most rows of a product with bf16 weights that are widened.
    public let maximumRowsWidened = 3
  #endif

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add4(a, b, sum)
  }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_4(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_4(pairs) }
#endif

/// Floats in one vector.
public let lanes = Vector.scalarCount

/// Bytes that one prefetch brings.
let cacheLine = 64
