/// e to the power of every lane, within 2 ulp over the range of normal results.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its Taylor series to r⁷, whose remainder is below
/// r⁸/8! ≤ 5.2e-9, a tenth of a rounding error; 2ⁿ by adding n to the exponent. The argument is kept
/// within ±87, where 2ⁿ and the result are normal numbers: the logistic function, for which this
/// exists, is 0 or 1 to 37 digits beyond. NaN stays NaN.
@inline(__always)
func exponential(_ argument: Vector) -> Vector {
  let limit = Vector(repeating: 87)
  var x = argument.replacing(with: limit, where: argument .> limit)
  x.replace(with: -limit, where: argument .< -limit)

  // Adding 1.5·2²³ leaves no bits for a fraction: the sum is rounded to the nearest integer, which
  // then stands in its low bits.
  let rounder = Vector(repeating: 0x1.8p23)
  let biased = multiplyAdd(x, Vector(repeating: 0x1.715476p0), rounder)
  let n = biased - rounder

  // ln 2 in two parts, the first with so few bits that its product with n is exact (Cody, Waite).
  var r = multiplyAdd(n, Vector(repeating: -0x1.63p-1), x)
  r = multiplyAdd(n, Vector(repeating: 0x1.bd0106p-13), r)

  var series = Vector(repeating: 1 / 5040)
  series = multiplyAdd(series, r, Vector(repeating: 1 / 720))
  series = multiplyAdd(series, r, Vector(repeating: 1 / 120))
  series = multiplyAdd(series, r, Vector(repeating: 1 / 24))
  series = multiplyAdd(series, r, Vector(repeating: 1 / 6))
  series = multiplyAdd(series, r, Vector(repeating: 1 / 2))
  series = multiplyAdd(series, r, Vector(repeating: 1))
  series = multiplyAdd(series, r, Vector(repeating: 1))
  let exponent = unsafeBitCast(biased, to: Words.self) &<< 23
  let scaled = unsafeBitCast(series, to: Words.self) &+ exponent
  return unsafeBitCast(scaled, to: Vector.self)
}

/// log₂ e, by which exponents of e become those of two.
///
/// It is no more exact than a float, so that an error of a power
/// grows with |x| by 1.3e-8, while the power falls faster.
let binaryLogarithmOfE: Float = 0x1.715476p0

/// 2 to the power of every lane, at most 127, and 0 for those below −126: weights of a softmax.
///
/// 2^x by a polynomial of the part of x behind an integer, and the integer as exponent. The coefficients are those of
/// least relative error for their number (Remez exchange), 7.5e-8; rounded and evaluated in f32 the polynomial of
/// 0 to 1 is within 1.5e-7. With 512-bit vectors the fraction and the scaling are an instruction each; elsewhere the
/// fraction lies within ±0.5, where six coefficients are within 2.2e-7 and seven, which cost next to nothing beside
/// the other instructions, within 8e-8. NaN stays NaN.
@inline(__always)
func powerOfTwoOrZero(_ x: Vector) -> Vector {
  let lowest: Float = -126
  #if TILE_V4
    let part = fraction(of: x)
    var power = Vector(repeating: 0x1.ec320cp-10)
    power = multiplyAdd(power, part, Vector(repeating: 0x1.26900cp-7))
    power = multiplyAdd(power, part, Vector(repeating: 0x1.c95446p-5))
    power = multiplyAdd(power, part, Vector(repeating: 0x1.ebd5a8p-3))
    power = multiplyAdd(power, part, Vector(repeating: 0x1.62e4f6p-1))
    power = multiplyAdd(power, part, Vector(repeating: 1))
    return scaledOrZero(power, by: x, from: lowest)
  #else
    // See `exponential`.
    let rounder = Vector(repeating: 0x1.8p23)
    let biased = x + rounder
    let fraction = x - (biased - rounder)

    var power = Vector(repeating: 0x1.41d334p-13)
    power = multiplyAdd(power, fraction, Vector(repeating: 0x1.5f456ap-10))
    power = multiplyAdd(power, fraction, Vector(repeating: 0x1.3b2dbcp-7))
    power = multiplyAdd(power, fraction, Vector(repeating: 0x1.c6aed4p-5))
    power = multiplyAdd(power, fraction, Vector(repeating: 0x1.ebfbdap-3))
    power = multiplyAdd(power, fraction, Vector(repeating: 0x1.62e430p-1))
    power = multiplyAdd(power, fraction, Vector(repeating: 1))
    let exponent = unsafeBitCast(biased, to: Words.self) &<< 23
    let scaled = unsafeBitCast(unsafeBitCast(power, to: Words.self) &+ exponent, to: Vector.self)
    return scaled.replacing(with: Vector.zero, where: x .< Vector(repeating: lowest))
  #endif
}

/// z·σ(z), with σ the logistic function 1 / (1 + e⁻ᶻ).
@inline(__always)
func logisticProduct(_ z: Vector, slope: Float = 1) -> Vector {
  let one = Vector(repeating: 1)
  return z / (one + exponential(z * Vector(repeating: -slope)))
}

/// erfc(x) in every lane, with a relative error below 2·10⁻⁶ for x ≤ 4.
///
/// The rational Chebyshev fit of Numerical Recipes in C (2nd edition, section 6.2, "erfcc"), whose
/// own error is 1.2·10⁻⁷ everywhere; the rest is rounding of its exponent, which grows with x². Beyond
/// x = 9.3 it stays near 10⁻³⁸, where the exponential ends.
@inline(__always)
func complementaryErrorFunction(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1)
  let z = x.replacing(with: -x, where: x .< 0)
  let t = one / multiplyAdd(z, Vector(repeating: 0.5), one)
  var p = multiplyAdd(t, Vector(repeating: 0.170_872_77), Vector(repeating: -0.822_152_23))
  p = multiplyAdd(p, t, Vector(repeating: 1.488_515_87))
  p = multiplyAdd(p, t, Vector(repeating: -1.135_203_98))
  p = multiplyAdd(p, t, Vector(repeating: 0.278_868_07))
  p = multiplyAdd(p, t, Vector(repeating: -0.186_288_06))
  p = multiplyAdd(p, t, Vector(repeating: 0.096_784_18))
  p = multiplyAdd(p, t, Vector(repeating: 0.374_091_96))
  p = multiplyAdd(p, t, Vector(repeating: 1.000_023_68))
  p = multiplyAdd(p, t, Vector(repeating: -1.265_512_23))
  let positive = t * exponential(multiplyAdd(-z, z, p))
  return positive.replacing(with: Vector(repeating: 2) - positive, where: x .< 0)
}
