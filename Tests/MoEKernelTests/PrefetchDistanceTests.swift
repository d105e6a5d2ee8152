import Testing

@testable import MoEKernel

@Suite struct PrefetchDistanceTests {
  /// Of candidates that are as good as each other the first is taken, which asks for nothing; of others the
  /// fastest, by what most of its slices took.
  @Test(arguments: [
    ([[10, 10, 10], [10, 10, 10]], 0), ([[10, 10, 10], [20, 20, 20]], 0),
    ([[20, 20, 20], [10, 10, 10]], 1), ([[100, 100, 100], [98, 98, 98]], 0),
    ([[100, 100, 100], [90, 90, 400]], 1), ([[100, 100, 900], [95, 400, 400]], 0),
    ([[30, 30, 30], [20, 20, 20], [10, 10, 10]], 2), ([[7]], 0),
  ])
  func theFastestIsTakenWhereItIsWorthIt(nanoseconds: [[Int]], choice: Int) {
    #expect(PrefetchDistance.fastest(nanoseconds) == choice)
  }

  @Test func theDistanceIsOneOfThoseThatWereTried() {
    #expect([0, 8192].contains(PrefetchDistance.ofThisCPU))
  }

  @Test func memoryThatIsNotThereIsNoReasonToEnd() throws {
    #expect(AlignedBuffer<Float>(ifAvailable: .max / 8) == nil)
    #expect(AlignedBuffer<Float>(ifAvailable: .max) == nil)
    let some = try #require(AlignedBuffer<Float>(ifAvailable: 1 << 20))
    some[(1 << 20) - 1] = 3
    #expect(some[0] == 0 && some[(1 << 20) - 1] == 3)
    #expect(AlignedBuffer<Float>(ifAvailable: 0) != nil)
  }
}
