import ModelSpec
import Testing

/// What records say of how processors and memory were used.
@Suite struct SurroundingsTests {
  @Test(arguments: [
    (3, 15, 12), (15, 3, 0), (Int.min, 1, 0), (Int.max, Int.min, 0), (0, 0, 0),
  ])
  func throttlingIsADifferenceAndNeverATrap(before: Int, after: Int, added: Int) {
    let (before, after) = (
      ThrottledTime(times: before, seconds: 2), ThrottledTime(times: after, seconds: 1)
    )
    #expect(after.since(before) == ThrottledTime(times: added, seconds: 0))
    #expect(before.since(after).seconds == 1)
  }

  @Test func aRecordHoldsThemAndOlderOnesDoNot() throws {
    var machine = MachineIdentity(
      cpu: "c", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 4, effectiveCPUs: 1,
      lastLevelCacheBytes: nil, memoryBytes: 1, operatingSystem: "o", kernel: "k", hypervisor: nil)
    let older = try JSONText.render(machine)
    for key in ["processors", "\"memory\"", "throttling", "null"] { #expect(!older.contains(key)) }
    machine.processors = ProcessorUse()
    machine.processors?.quota = 1.5
    machine.processors?.quotaGroup = "/docker/abc"
    machine.memory = MemoryUse()
    machine.memory?.processorNodes = "0-1"
    machine.throttling = Throttling(
      before: ThrottledTime(times: 1, seconds: 0.5), after: ThrottledTime(times: 2, seconds: 1))
    let text = try JSONText.render(machine)
    for part in [
      "\"quota_group\" : \"/docker/abc\"", "\"quota\" : 1.5", "\"processor_nodes\" : \"0-1\"",
      "\"times\" : 2",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("null") && !text.contains("cores"), "what is not known is absent")
  }
}
