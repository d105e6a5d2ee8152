import LayerSpec
import Testing

@testable import MoEKernel

/// The oracle itself, held against numbers that none of our code made.
///
/// The golden layers of Hugging Face transformers judge whole layers of it (`GoldenLayerTests` of
/// Checkpoint), routers are judged by hand beside those of a pass (`SelectionTests`).
@Suite struct OracleTests {
  /// What goes in: gate, up.
  private static let points: [(Double, Double)] = [
    (-6, 0.5), (-1.25, 2), (-0.375, -3), (0, 1.5), (0.5, 0.25), (2, -0.75), (9, 1.25),
  ]

  /// Computed with 30 digits by mpmath 1.3 from the definitions in the papers that `Activation` names.
  private static let values: [(Activation, [Double])] = [
    (
      .silu,
      [
        -0.007417869469904323, -0.55675034706327213, 0.45825007505167152, 0,
        0.077807416400231821, -1.3211956169668237, 11.248611811020155,
      ]
    ),
    (
      .gelu,
      [
        -2.9597629351130944e-9, -0.26412443416713814, 0.39805901249318573, 0,
        0.086432807659251638, -1.4658748020777312, 11.25,
      ]
    ),
    (
      .geluTanh,
      [
        -4.2198233503811485e-11, -0.2645715940605708, 0.39807669932546523, 0,
        0.086428502456285981, -1.4659482705658313, 11.25,
      ]
    ),
    (.relu, [0, 0, 0, 0, 0.125, -1.5, 11.25]),
    (.reluSquared, [0, 0, 0, 0, 0.0625, -3, 101.25]),
    (
      .clampedSiLU(limit: 1),
      [
        -0.007417869469904323, -0.27837517353163607, 0.15275002501722384, 0,
        0.077807416400231821, -0.54829393397250366, 0.73105857863000488,
      ]
    ),
    (
      .clampedSwiGLU(alpha: 1.75, limit: 7),
      [
        -0.00024782122003125124, -0.37829483523771197, 0.25618687457873775, 0,
        0.44111564239813202, 0.48534388462432184, 15.749924634761705,
      ]
    ),
  ]

  @Test(arguments: values.indices)
  func activationsAreThoseOfThePapers(_ index: Int) {
    let (activation, expected) = Self.values[index]
    for ((g, u), expected) in zip(Self.points, expected) {
      // Doubles round by 2⁻⁵³; an exponent of up to 40 carries that into its exponential.
      let error = abs(Reference.activate(activation, g, u) - expected)
      #expect(error <= 64 * 0x1p-53 * abs(expected), "\(activation) of \(g), \(u)")
    }
  }

  /// (3, 4) has the mean square 12.5; with the scales (1, 2) before, (3, 8) has 36.5.
  @Test func normsScaleBehindOrBefore() {
    let scale = Matrix(rows: 1, columns: 2, elements: [1, 2])
    let behind = Reference.norm([3, 4], scale: scale, epsilon: 0)
    let before = Reference.normOfScaled([3, 4], scale: scale, epsilon: 0.5)
    #expect(abs(behind[0] - 0.848528137423857) < 1e-14)
    #expect(abs(behind[1] - 2.26274169979695) < 1e-14)
    #expect(abs(before[0] - 3 / 37.0.squareRoot()) < 1e-14)
    #expect(abs(before[1] - 8 / 37.0.squareRoot()) < 1e-14)
  }
}
