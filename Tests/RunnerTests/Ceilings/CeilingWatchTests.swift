import ModelSpec
import Testing

@testable import Runner

@Suite struct CeilingWatchTests {
  private func watch() throws -> CeilingWatch {
    try #require(
      CeilingWatch(
        threads: 2,
        machine: MachineIdentity(
          cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 2, effectiveCPUs: 2,
          lastLevelCacheBytes: 1 << 20, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
          hypervisor: nil), nodes: []))
  }

  /// However short the time, there are two moments of each kind; no figure is held against another one.
  @Test func aWatchOfNoTimeHasTwoMoments() throws {
    var calls = 0
    let seen = try #require(try watch().watch(seconds: 0, progress: { _ in calls += 1 }))
    #expect(seen.moments == 2 && calls == 2)
    #expect(seen.threads == 2)
    #expect(seen.seconds >= 4 * seen.momentSeconds, "two moments of each kind")
    for spread in [seen.readBytesPerSecond, seen.peakFlopsPerSecond] {
      #expect(spread.lowest > 0 && spread.highest.isFinite)
    }
  }

  @Test func whatWasSeenBeforeTheEndIsKept() throws {
    #expect(try watch().watch(seconds: 60, isCancelled: { true }) == nil)
    var asked = 0
    let seen = try watch().watch(
      seconds: 60,
      isCancelled: {
        asked += 1
        return asked > 1
      })
    #expect(seen?.moments == 1)
  }

  @Test func aSpreadLeavesATenthOutAtEachEnd() throws {
    #expect(DoctorDocument.Spread([]) == nil)
    let one = try #require(DoctorDocument.Spread([3]))
    #expect([one.lowest, one.lowTenth, one.median, one.highTenth, one.highest] == [3, 3, 3, 3, 3])
    #expect(one.swing == 1)
    let spread = try #require(DoctorDocument.Spread((1...20).map(Double.init).reversed()))
    #expect(spread.lowest == 1 && spread.lowTenth == 3 && spread.median == 10.5)
    #expect(spread.highTenth == 18 && spread.highest == 20)
    #expect(spread.swing == 6)
    #expect(DoctorDocument.Spread([0, 1])?.swing == nil)
  }
}
