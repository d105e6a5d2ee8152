import LayerSpec
import ModelSpec
import Testing

/// The model's own figures: Williams, Waterman and Patterson's min(peak, intensity · bandwidth).
@Suite struct RooflineTests {
  private let ceiling = Ceiling(
    threads: 1, precision: .f32, peakFlopsPerSecond: 100e9, readBytesPerSecond: 10e9)

  @Test(arguments: [(0, 0, 0.0), (100, 0, 1e-9), (0, 100, 1e-8), (1000, 100, 1e-8)])
  func theSlowerOfComputingAndReadingBounds(flops: Int, bytes: Int, seconds: Double) {
    #expect(abs(ceiling.rooflineSeconds(flops: flops, bytes: bytes) - seconds) < 1e-20)
  }

  /// 10 FLOPs a byte: a weight of 4 bytes is worth 40 FLOPs, 20 tokens; one of 2 bytes half of that.
  @Test func theRidgeIsWhereBothTakeEquallyLong() {
    #expect(ceiling.ridgeTokens == 20)
    var half = ceiling
    half.precision = .bf16
    #expect(half.ridgeTokens == 10)
    let (weights, tokens) = (1000, 20)
    #expect(
      ceiling.rooflineSeconds(flops: 2 * weights * tokens, bytes: 0)
        == ceiling.rooflineSeconds(flops: 0, bytes: 4 * weights))
  }

  @Test func layersAddUpAndNoLayersTakeNoTime() {
    let layers = [
      LayerWork(count: 3, flops: 100_000_000_000, bytes: 1),
      LayerWork(count: 1, flops: 1, bytes: 5_000_000_000),
    ]
    #expect(layers.rooflineSeconds(under: ceiling) == 3.5)
    #expect([LayerWork]().rooflineSeconds(under: ceiling) == 0)
  }
}
