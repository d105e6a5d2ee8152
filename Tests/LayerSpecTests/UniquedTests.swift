import LayerSpec
import Testing

@Suite struct UniquedTests {
  @Test func keepsTheFirstOfEach() {
    #expect([3, 1, 3, 2, 1].uniqued() == [3, 1, 2])
    #expect([String]().uniqued().isEmpty)
  }
}
