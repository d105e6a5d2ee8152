/// Sixteen floats at a time: the width of one AVX-512 register, and of four of SSE's.
typealias Vector = SIMD16<Float>

/// Lanes of a `Vector`.
///
/// Scratch rows are padded to a multiple, so that loops need no tail.
let vectorLanes = 16

/// The smallest multiple of the vector width that holds `count` elements.
func paddedToVector(_ count: Int) -> Int { (count + vectorLanes - 1) / vectorLanes * vectorLanes }

extension UnsafeMutablePointer<Float> {
  /// The vector that starts at an offset in elements.
  @inline(__always)
  func vector(at offset: Int) -> Vector {
    UnsafeRawPointer(self).loadUnaligned(fromByteOffset: offset &* 4, as: Vector.self)
  }

  /// Stores a vector at an offset in elements.
  @inline(__always)
  func store(_ value: Vector, at offset: Int) {
    UnsafeMutableRawPointer(self).storeBytes(of: value, toByteOffset: offset &* 4, as: Vector.self)
  }
}

/// eˣ in every lane, with a relative error below 1.8·10⁻⁷ (1.5 units in the last place).
///
/// x = n·ln2 + r with n the nearest integer; ln2 is split in two so that r is exact to the last
/// place, eʳ is a polynomial of degree 7, and 2ⁿ is put together from its bits. Splitting and
/// coefficients are those of expf in S. Moshier's Cephes library 2.2 (netlib.org/cephes). Where it
/// differs from libm: below -87.3 the result is 0 instead of a denormal, and above 88.3 it is
/// infinite instead of still a float up to 88.7. NaN stays NaN.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  // Adding 1.5·2²³ leaves the nearest integer in the low bits of the fraction: rounding without an
  // instruction that plain x86-64 does not have.
  let shift = Vector(repeating: 12_582_912)
  let bounded = x.replacing(with: highest, where: x .> highest)
    .replacing(with: lowest, where: x .< lowest)
  let shifted = bounded * 1.442_695_04 + shift
  let n = shifted - shift
  let r = bounded - n * 0.693_359_375 + n * 2.121_944_4e-4
  var p = r * 1.987_569_15e-4 + 1.398_199_950_7e-3
  p = p * r + 8.333_451_907_3e-3
  p = p * r + 4.166_579_589_4e-2
  p = p * r + 1.666_666_545_9e-1
  p = p * r + 5.000_000_120_1e-1
  let e = p * (r * r) + r + 1
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &+ 127
  let power = unsafeBitCast(exponent &<< 23, to: Vector.self)
  return (e * power)
    .replacing(with: Vector(repeating: .infinity), where: x .> highest)
    .replacing(with: Vector.zero, where: x .< lowest)
}

private var highest: Vector { Vector(repeating: 88.3) }
private var lowest: Vector { Vector(repeating: -87.3) }

/// 1 / (1 + e⁻ˣ) in every lane.
@inline(__always)
func logistic(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

/// erfc(x) in every lane, with a relative error below 2·10⁻⁶ for x ≤ 4.
///
/// The rational Chebyshev fit of Numerical Recipes in C (2nd edition, section 6.2, "erfcc"), whose
/// own error is 1.2·10⁻⁷ everywhere; the rest is rounding of its exponent, which grows with x².
@inline(__always)
func complementaryErrorFunction(_ x: Vector) -> Vector {
  let z = x.replacing(with: -x, where: x .< 0)
  let t = 1 / (1 + z * 0.5)
  var p = t * 0.170_872_77 - 0.822_152_23
  p = p * t + 1.488_515_87
  p = p * t - 1.135_203_98
  p = p * t + 0.278_868_07
  p = p * t - 0.186_288_06
  p = p * t + 0.096_784_18
  p = p * t + 0.374_091_96
  p = p * t + 1.000_023_68
  p = p * t - 1.265_512_23
  let positive = t * exponential(p - z * z)
  return positive.replacing(with: 2 - positive, where: x .< 0)
}
