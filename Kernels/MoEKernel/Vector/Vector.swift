/// Sixteen floats at a time: one AVX-512 register, or the four of SSE that this module's baseline has, whose
/// operations do not depend on each other and so hide their latency.
typealias Vector = SIMD16<Float>

/// Lanes of a `Vector`, one cache line.
///
/// Scratch rows are padded to a multiple, so that they begin on cache lines and loops over them need no tail.
public let vectorLanes = 16

/// The smallest multiple of the vector width that holds `count` elements.
func paddedToVector(_ count: Int) -> Int { (count + vectorLanes - 1) / vectorLanes * vectorLanes }

extension UnsafeMutablePointer<Float> {
  /// The vector that starts at an offset in elements.
  @inline(__always)
  func vector(at offset: Int) -> Vector {
    UnsafeRawPointer(self).loadUnaligned(fromByteOffset: offset &* 4, as: Vector.self)
  }

  /// Stores a vector at an offset in elements, at any alignment of floats.
  @inline(__always)
  func store(_ value: Vector, at offset: Int) {
    UnsafeMutableRawPointer(self).storeBytes(of: value, toByteOffset: offset &* 4, as: Vector.self)
  }
}

// MARK: - What the links in this folder need

// `Exponential.swift` and `Activations.swift` are the sources of the tile kernels, built once more for the
// vectors of this module. They run on every x86-64 CPU, give the same on all, and so route the same.

/// A word for each lane of a `Vector`: the bits of its floats, where an exponent is added as an integer.
typealias Words = SIMD16<UInt32>

/// a·b + sum in two roundings: the baseline of x86-64 has no FMA.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ sum: Vector) -> Vector { a * b + sum }

/// The logistic function 1 / (1 + e⁻ˣ) in every lane; NaN stays NaN.
@inline(__always)
func logistic(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }
