import ModelSpec
import Statistics
import Testing

@testable import Runner

/// Energy by counters that wrap, may be hidden, or are not there at all.
@Suite struct EnergyMeterTests {
  /// A server of two packages with memory behind each, as `/sys/class/powercap` shows it to root.
  private static let server: [String: String] = [
    "intel-rapl:0/name": "package-0", "intel-rapl:0/max_energy_range_uj": "262143328850",
    "intel-rapl:0/energy_uj": "1000000",
    "intel-rapl:0:0/name": "core", "intel-rapl:0:0/max_energy_range_uj": "262143328850",
    "intel-rapl:0:0/energy_uj": "700000",
    "intel-rapl:0:1/name": "dram", "intel-rapl:0:1/max_energy_range_uj": "65712999613",
    "intel-rapl:0:1/energy_uj": "2000000",
    "intel-rapl:1/name": "package-1", "intel-rapl:1/max_energy_range_uj": "262143328850",
    "intel-rapl:1/energy_uj": "262143000000",
    "intel-rapl:2/name": "psys", "intel-rapl:2/max_energy_range_uj": "262143328850",
    "intel-rapl:2/energy_uj": "9",
  ]

  private func machine(_ files: [String: String]) -> MachineProbe {
    MachineProbe(affinityCPUs: 1) { path in
      files[path.replacing("/sys/class/powercap/", with: "")]
    }
  }

  /// Cores are part of their package and the platform holds it, so that neither is counted twice.
  @Test func packagesAndMemoryAreCountedOnce() {
    let zones = machine(Self.server).energyZones
    #expect(zones.map(\.name) == ["package-0", "dram", "package-1"])
    #expect(zones.map(\.isReadable) == [true, true, true])
    #expect(machine(Self.server).identity.energyZones == ["package-0", "dram", "package-1"])
    #expect(machine([:]).energyZones.isEmpty)
    #expect(machine([:]).identity.energyZones == nil)
    #expect(EnergyMeter(machine([:])).read() == nil)
  }

  /// Half a joule of the first package, a joule of its memory, and the second package's counter
  /// began anew.
  @Test func countersMayBeginAnew() throws {
    let before = EnergyReading(
      microjoules: [1_000_000, 2_000_000, 262_143_000_000],
      ranges: [262_143_328_850, 65_712_999_613, 262_143_328_850])
    let after = EnergyReading(
      microjoules: [1_500_000, 3_000_000, 671_150],
      ranges: [262_143_328_850, 65_712_999_613, 262_143_328_850])
    let joules = try #require(after.joules(since: before))
    #expect(abs(joules - 2.5) < 1e-9)
    #expect(after.joules(since: EnergyReading(microjoules: [1], ranges: [5])) == nil)
  }

  /// Counters that only root may read are as none, and so are files with rubbish.
  @Test func hiddenCountersAreNone() {
    var hidden = Self.server
    for key in hidden.keys where key.hasSuffix("energy_uj") { hidden[key] = nil }
    #expect(machine(hidden).energyZones.map(\.isReadable) == [false, false, false])
    #expect(EnergyMeter(machine(hidden)).read() == nil)
    var rubbish = Self.server
    rubbish["intel-rapl:0/max_energy_range_uj"] = "many"
    rubbish["intel-rapl:1/max_energy_range_uj"] = "0"
    #expect(machine(rubbish).energyZones.map(\.name) == ["dram"])
  }

  /// A machine whose power is 100 W while the baseline runs and 50 W while the candidate does, for
  /// passes that pretend: twice the time at twice the power is four times the energy.
  @Test(arguments: [0.0001, 0.3]) func roundsHaveTheirPower(seconds: Double) throws {
    let measurement = PairedMeasurement(
      baselineSeconds: seconds, candidateSeconds: seconds / 2, effort: .token)
    var role = SideRole.baseline
    var microjoules = 0
    // Every reading after the first of a slice adds what the slice took, by a clock that is the
    // test's.
    var isSecond = false
    var coin = SeededGenerator(seed: 1, purpose: "sides")
    let meter = EnergyMeter {
      if isSecond { microjoules += role == .baseline ? 2_000_000 : 1_000_000 }
      isSecond.toggle()
      return EnergyReading(microjoules: [microjoules], ranges: [1 << 40])
    }
    let rounds = measurement.measure(
      rounds: 3, visit: 0, coin: &coin, energy: meter, isCancelled: { false }
    ) { side, _ in
      role = side
      return side == .baseline ? seconds : seconds / 2
    }
    #expect(rounds.count == 3)
    for round in rounds {
      let baseline = try #require(round.baselineWatts)
      let candidate = try #require(round.candidateWatts)
      #expect(baseline > 0 && candidate > 0)
    }
    var without = SeededGenerator(seed: 1, purpose: "sides")
    let quiet = measurement.measure(
      rounds: 1, visit: 0, coin: &without, isCancelled: { false }
    ) { _, _ in seconds }
    #expect(quiet[0].baselineWatts == nil && quiet[0].candidateWatts == nil)
  }
}
