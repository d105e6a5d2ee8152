import LayerSpec
import ModelSpec
import Testing

/// The model's own figures: Williams, Waterman and Patterson's min(peak, intensity · bandwidth).
@Suite struct RooflineTests {
  private let ceiling = Ceiling(
    threads: 1, precision: .f32, peakFlopsPerSecond: 100e9, readBytesPerSecond: 10e9)

  private func ceilings(_ list: [Ceiling]) throws -> Ceilings {
    try #require(Ceilings(list, threads: 1))
  }

  private func work(_ count: Int = 1, flops: Int, bytes: Double) -> LayerWork {
    LayerWork(
      count: count,
      operations: [Operation(.network, flops: flops, format: .f32, weightBytes: bytes)])
  }

  @Test(arguments: [(0, 0, 0.0), (100, 0, 1e-9), (0, 100, 1e-8), (1000, 100, 1e-8)])
  func theSlowerOfComputingAndReadingBounds(flops: Int, bytes: Int, seconds: Double) throws {
    let found = [work(flops: flops, bytes: Double(bytes))].rooflineSeconds(
      under: try ceilings([ceiling]))
    #expect(abs(try #require(found) - seconds) < 1e-20)
  }

  /// 10 FLOPs a byte: a weight of 4 bytes is worth 40 FLOPs, 20 tokens; one of 2 bytes half of that.
  @Test func theRidgeIsWhereBothTakeEquallyLong() throws {
    #expect(ceiling.ridgeTokens == 20)
    var half = ceiling
    half.precision = .bf16
    #expect(half.ridgeTokens == 10)
    half.precision = WeightFormat(named: "later")
    #expect(half.ridgeTokens == nil)
    let (weights, tokens) = (1000, 20)
    let under = try ceilings([ceiling])
    #expect(
      [work(flops: 2 * weights * tokens, bytes: 0)].rooflineSeconds(under: under)
        == [work(flops: 0, bytes: Double(4 * weights))].rooflineSeconds(under: under))
  }

  /// Operations follow each other, within a layer and from layer to layer.
  @Test func operationsAddUpAndNoLayersTakeNoTime() throws {
    let under = try ceilings([ceiling])
    let layers = [
      work(3, flops: 100_000_000_000, bytes: 1), work(flops: 1, bytes: 5_000_000_000),
    ]
    #expect(layers.rooflineSeconds(under: under) == 3.5)
    #expect([LayerWork]().rooflineSeconds(under: under) == 0)
    let both = LayerWork(count: 1, operations: layers.flatMap(\.operations))
    #expect([both].rooflineSeconds(under: under) == 1.5)
  }

  @Test func eachOperationGoesByThePeakOfItsFormat() throws {
    var half = ceiling
    half.precision = .bf16
    half.peakFlopsPerSecond = 200e9
    let under = try ceilings([ceiling, half])
    func seconds(_ format: WeightFormat) -> Double? {
      let operation = Operation(.network, flops: 200_000_000_000, format: format, weightBytes: 0)
      return [LayerWork(count: 1, operations: [operation])].rooflineSeconds(under: under)
    }
    #expect(seconds(.f32) == 2)
    #expect(seconds(.bf16) == 1)
    #expect(
      seconds(
        WeightFormat(
          name: "blocks", blockElements: 4, blockBytes: 3, roundingError: 0, arithmetic: .bf16))
        == 1,
      "a format without a probe of its own is computed in its arithmetic")
    #expect(seconds(WeightFormat(named: "later")) == nil)
  }

  @Test func ceilingsAreThoseOfTheThreads() {
    #expect(Ceilings([ceiling], threads: 2) == nil)
    #expect(Ceilings([], threads: 1) == nil)
    #expect([ceiling].ceiling(threads: 1, format: .bf16) == nil)
    #expect([ceiling].ceiling(threads: 1, format: .f32) == ceiling)
  }
}
