import Runner
import Testing

@testable import tenfold

/// What is taken of a machine unless told otherwise.
@Suite struct MachineLimitsTests {
  private func defaultMemory(mebibytesFree: Double) -> Int {
    MachineProbe(affinityCPUs: 2) {
      $0 == "/proc/meminfo" ? "MemAvailable: \(Int(mebibytesFree * 1024)) kB\n" : nil
    }.defaultMemoryBytes
  }

  @Test(arguments: [
    // Nine tenths of it are 7.2, 6.3, 5.4, 1.35 and 1 GiB.
    (8192.0, 6144), (7168, 6144), (6144, 4096), (1536, 1024), (1138, 1024),
    // From 8.9 GiB on it is 8.
    (9102, 6144), (9103, 8192), (1e6, 8192),
  ])
  func theDefaultIsAStepOfWhatIsFree(_ free: Double, _ mebibytes: Int) {
    #expect(defaultMemory(mebibytesFree: free) == mebibytes << 20)
  }

  @Test func aFewMebibytesMoreOrLessAreMostlyTheSame() {
    #expect(Set((7000..<7500).map { defaultMemory(mebibytesFree: Double($0)) }).count == 1)
  }

  @Test func noMachineIsTooSmallOrSilentForADefault() {
    #expect(defaultMemory(mebibytesFree: 0) == 0)
    #expect(defaultMemory(mebibytesFree: 1 / 1024) == 768)
    #expect(MachineProbe(affinityCPUs: 1) { _ in nil }.defaultMemoryBytes == 8 << 30)
  }
}
