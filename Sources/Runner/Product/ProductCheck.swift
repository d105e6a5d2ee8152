import MoEKernel

/// Decides whether a product may be timed: a wrong result has no time.
enum ProductCheck {
  /// The largest error that rounding explains, in units of the deviation of an output.
  ///
  /// A sum of K products of random signs carries a rounding error of about √K·u of its own deviation,
  /// u = 2⁻²⁴ (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815), and 2⁻⁹ where rows are rounded to
  /// bf16 (`HalfRounding`); none of a row's outputs lies 8 deviations out. The reference multiplies the
  /// weights as they are stored.
  static func tolerance(inputs: Int, engine: Engine) -> Double {
    let rounding =
      Double(inputs).squareRoot() * 0x1p-24
      + (engine.roundsActivations ? HalfRounding.relativeError : 0)
    return 8 * rounding
  }

  /// max|y − ŷ| in units of the deviation of an output, infinite when a value is not a number.
  ///
  /// Weights have the variance 1/K, so an output of a row has the deviation of the row's elements. The
  /// largest output would not do as a unit: of a single one it may be next to nothing.
  static func error(of values: [Float], input: [Float], expected: [Double]) -> Double {
    let square = input.reduce(0.0) { $0 + Double($1) * Double($1) }
    let deviation = (square / Double(input.count)).squareRoot()
    var largest = 0.0
    for (value, reference) in zip(values, expected) {
      let distance = abs(Double(value) - reference)
      guard distance.isFinite else { return .infinity }
      largest = max(largest, distance)
    }
    return largest / deviation
  }
}
