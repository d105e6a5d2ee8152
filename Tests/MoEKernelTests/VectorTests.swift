import Foundation
import LayerSpec
import Testing

@testable import MoEKernel

@Suite struct VectorTests {
  /// The largest relative difference of a vector function from one in double precision, over floats
  /// spread evenly between two bounds.
  private func largestError(
    from low: Float, to high: Float, steps: Int = 400_000, _ function: (Vector) -> Vector,
    _ exact: (Double) -> Double
  ) -> Double {
    var largest = 0.0
    for step in stride(from: 0, to: steps, by: vectorLanes) {
      var x = Vector.zero
      for lane in 0..<vectorLanes {
        x[lane] = low + (high - low) * (Float(step + lane) / Float(steps))
      }
      let y = function(x)
      for lane in 0..<vectorLanes {
        let expected = exact(Double(x[lane]))
        largest = max(largest, abs(Double(y[lane]) - expected) / abs(expected))
      }
    }
    return largest
  }

  /// The bound that `exponential` documents.
  @Test func exponentialIsAccurate() {
    #expect(largestError(from: -87, to: 87, { exponential($0) }, { exp($0) }) < 1.8e-7)
    #expect(largestError(from: -1, to: 1, { exponential($0) }, { exp($0) }) < 1.8e-7)
    #expect(exponential(Vector.zero)[7] == 1)
  }

  /// Beyond ±87 it stays where it is there: next to nothing, and a number that can still be divided by.
  @Test(arguments: [(-Float.infinity, Float(-87)), (-88, -87), (.infinity, 87), (89, 87)])
  func exponentialEndsAtItsBounds(x: Float, bound: Float) {
    let (beyond, end) = (exponential(Vector(repeating: x)), exponential(Vector(repeating: bound)))
    #expect(beyond == end)
    #expect(end[0].isNormal)
  }

  @Test func exponentialKeepsNaN() { #expect(exponential(Vector(repeating: .nan))[0].isNaN) }

  /// e⁻ˣ, an addition and a division: its relative error and two roundings.
  @Test func logisticIsAccurate() {
    let bound = 1.8e-7 + 2 * 0x1p-24
    #expect(
      largestError(from: -80, to: 80, { logistic($0) }, { 1 / (1 + exp(-$0)) }) < bound)
  }

  /// The bound that `complementaryErrorFunction` documents.
  @Test func complementaryErrorFunctionIsAccurate() {
    #expect(
      largestError(
        from: -6, to: 4, { complementaryErrorFunction($0) }, { erfc($0) }) < 2e-6)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 33])
  func addsBiasToItsColumnsOnly(columns: Int) {
    let bias = Matrix(rows: 1, columns: 48, elements: (0..<48).map { Float($0) })
    let rows = Matrix(rows: 2, columns: 48)
    withExtendedLifetime(bias) { RowArithmetic.add(bias.all[0], to: rows.all, columns: columns) }
    for row in 0..<2 {
      #expect(rows.row(row) == (0..<48).map { $0 < columns ? Float($0) : 0 })
    }
  }
}
