import CVector

// What differs between the builds: the vector, and the register block, which is two vectors by the rows of
// a tile.
//
// Two vectors, because each step then takes 2 + rows loads for 2·rows FMAs. With panels of one vector it
// would take 1 + rows loads for rows FMAs, too many for a core that begins no more loads than FMAs a cycle.
//
// The rows follow from the registers: they hold 2·rows accumulators, 2 vectors of weights and a broadcast
// activation, which both FMAs of its row read. Widening bf16 needs two registers more. One row too many, and
// accumulators go through the stack in every step.

#if TILE_V4
  /// One of 32 registers of 512 bits.
  typealias Vector = SIMD16<Float>
  typealias Words = SIMD16<UInt32>
  /// The most rows of a tile with f32 weights, or with bf16 dot products: 24 accumulators of 32 registers.
  public let maximumRows = 12
  /// The most rows of a tile with bf16 weights that are widened: the two more registers fit as well.
  public let maximumRowsWidened = 12

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add16(a, b, sum)
  }

  @inline(__always)
  func stream(_ a: Vector, to target: UnsafeMutablePointer<Float>) { vector_stream16(target, a) }

  @inline(__always)
  func totalOfLanes(_ a: Vector) -> Float { vector_total16(a) }

  /// The sums of lanes of four vectors, side by side.
  @inline(__always)
  func totalsOfLanes(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> SIMD4<Float> {
    vector_totals16(a, b, c, d)
  }

  @inline(__always)
  func largestLane(of a: Vector) -> Float { vector_largest16(a) }

  /// The larger of both in each lane.
  @inline(__always)
  func larger(_ a: Vector, _ b: Vector) -> Vector { vector_larger16(a, b) }

  /// Keeps lanes of two vectors from the first to the one before the end, which may lie beyond both, and gives
  /// another number to all others.
  @inline(__always)
  func keepLanes(
    of pair: UnsafeMutablePointer<Float>, from first: Int, to end: Int, else other: Float
  ) {
    vector_keep_lanes16(pair, first, end, other)
  }

  /// Neighbouring lanes in each other's place.
  @inline(__always)
  func swappedPairs(_ a: Vector) -> Vector { vector_swap_pairs16(a) }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_16(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_16(pairs) }

  /// What lies behind the largest integer that is not above each lane.
  @inline(__always)
  func fraction(of x: Vector) -> Vector { vector_fraction16(x) }

  /// Lanes times two to the power of that integer of others, and 0 where these are below the lowest.
  @inline(__always)
  func scaledOrZero(_ a: Vector, by x: Vector, from lowest: Float) -> Vector {
    vector_scale_or_zero16(a, x, lowest)
  }

#elseif TILE_V3
  /// One of 16 registers of 256 bits.
  typealias Vector = SIMD8<Float>
  typealias Words = SIMD8<UInt32>
  /// The most rows of a tile with f32 weights: 12 accumulators, 2 vectors of weights and a broadcast
  /// activation take 15 of 16 registers.
  public let maximumRows = 6
  /// The most rows of a tile with bf16 weights that are widened: 10 accumulators, 2 vectors of stored and 2 of
  /// widened weights and a broadcast activation take 15 of 16 registers.
  public let maximumRowsWidened = 5

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add8(a, b, sum)
  }

  @inline(__always)
  func stream(_ a: Vector, to target: UnsafeMutablePointer<Float>) { vector_stream8(target, a) }

  @inline(__always)
  func totalOfLanes(_ a: Vector) -> Float { vector_total8(a) }

  /// The sums of lanes of four vectors, side by side.
  @inline(__always)
  func totalsOfLanes(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> SIMD4<Float> {
    vector_totals8(a, b, c, d)
  }

  @inline(__always)
  func largestLane(of a: Vector) -> Float { vector_largest8(a) }

  /// The larger of both in each lane.
  @inline(__always)
  func larger(_ a: Vector, _ b: Vector) -> Vector { vector_larger8(a, b) }

  /// Keeps lanes of two vectors from the first to the one before the end, which may lie beyond both, and gives
  /// another number to all others.
  @inline(__always)
  func keepLanes(
    of pair: UnsafeMutablePointer<Float>, from first: Int, to end: Int, else other: Float
  ) {
    vector_keep_lanes8(pair, first, end, other)
  }

  /// Neighbouring lanes in each other's place.
  @inline(__always)
  func swappedPairs(_ a: Vector) -> Vector { vector_swap_pairs8(a) }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_8(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_8(pairs) }

#else
  /// One of 16 registers of 128 bits on x86-64, of 32 on arm64.
  typealias Vector = SIMD4<Float>
  typealias Words = SIMD4<UInt32>
  #if arch(arm64)
    /// The most rows of a tile with f32 weights: 24 accumulators of 32 registers.
    public let maximumRows = 12
    /// The most rows of a tile with bf16 weights that are widened: the two more registers fit as well.
    public let maximumRowsWidened = 12
  #else
    /// The most rows of a tile with f32 weights; without FMA, a product waits in a register of its own until
    /// it is added.
    public let maximumRows = 4
    /// The most rows of a tile with bf16 weights that are widened, which takes two registers, one row's
    /// accumulators.
    public let maximumRowsWidened = 3
  #endif

  @inline(__always)
  func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector {
    vector_multiply_add4(a, b, sum)
  }

  @inline(__always)
  func stream(_ a: Vector, to target: UnsafeMutablePointer<Float>) { vector_stream4(target, a) }

  @inline(__always)
  func totalOfLanes(_ a: Vector) -> Float { vector_total4(a) }

  /// The sums of lanes of four vectors, side by side.
  @inline(__always)
  func totalsOfLanes(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> SIMD4<Float> {
    vector_totals4(a, b, c, d)
  }

  @inline(__always)
  func largestLane(of a: Vector) -> Float { vector_largest4(a) }

  /// The larger of both in each lane.
  @inline(__always)
  func larger(_ a: Vector, _ b: Vector) -> Vector { vector_larger4(a, b) }

  /// Keeps lanes of two vectors from the first to the one before the end, which may lie beyond both, and gives
  /// another number to all others.
  @inline(__always)
  func keepLanes(
    of pair: UnsafeMutablePointer<Float>, from first: Int, to end: Int, else other: Float
  ) {
    vector_keep_lanes4(pair, first, end, other)
  }

  /// Neighbouring lanes in each other's place.
  @inline(__always)
  func swappedPairs(_ a: Vector) -> Vector { vector_swap_pairs4(a) }

  @inline(__always)
  func lowBF16(_ pairs: Words) -> Vector { vector_low_bf16_4(pairs) }

  @inline(__always)
  func highBF16(_ pairs: Words) -> Vector { vector_high_bf16_4(pairs) }
#endif

/// Floats in one vector: 16, 8 or 4.
public let lanes = Vector.scalarCount

/// Bytes that one prefetch brings on x86-64 and on most arm64 cores; where lines are longer, some prefetches
/// ask again for what was asked for.
let cacheLine = 64
