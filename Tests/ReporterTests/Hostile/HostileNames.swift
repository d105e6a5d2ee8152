import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// The corpus of strings that want to be more than names, `Tests/Hostile/names.json`.
struct HostileName: Decodable, Sendable, CustomTestStringConvertible {
  /// What the name tries to be.
  let kind: String
  private let text: String
  private let times: Int?

  /// The name itself.
  var name: String { String(repeating: text, count: times ?? 1) }

  var testDescription: String { kind }

  static let all: [HostileName] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Hostile/names.json")
    do {
      return try JSONDecoder().decode([HostileName].self, from: Data(contentsOf: file))
    } catch {
      fatalError("\(file.path) cannot be read: \(error)")
    }
  }()
}

extension Sample {
  /// A record with `name` wherever text can be, and what every chart and table needs.
  ///
  /// Of two comparisons with a curve each one keeps its models' ids, so that verdicts are made of it.
  static func record(naming name: String) -> Record {
    var record = illustrated
    record.cells.removeLast(record.cells.count - Curve.fewestPoints)
    record.created = name
    record.tool = ToolIdentity(version: name, commit: name, build: name, swift: name)
    record.machine = MachineIdentity(
      cpu: name, architecture: name, cpuSignature: name, logicalCPUs: 4, effectiveCPUs: 2,
      lastLevelCacheBytes: 32 << 20, memoryBytes: 15 << 30, operatingSystem: name, kernel: name,
      hypervisor: name)
    var processors = ProcessorUse()
    processors.online = name
    processors.offline = name
    processors.affinity = name
    processors.cpuset = name
    processors.quota = 1.5
    processors.quotaGroup = name
    record.machine.processors = processors
    var memory = MemoryUse()
    memory.nodes = 2
    memory.processorNodes = name
    memory.allowedNodes = name
    memory.hugePages = name
    memory.hugePageDefrag = name
    record.machine.memory = memory
    record.blas = BLASIdentity(
      path: name, version: name, core: name, threads: 1, interface: name, config: name)
    record.instructionSet = name
    record.cautions = [name]
    record.options.suite = name
    record.options.candidates = [name]
    record.options.baselines = [name]
    record.options.engines = [name]
    record.options.routing = ["trace:" + name]
    for index in record.cells.indices {
      record.cells[index].engine = name
      record.cells[index].cautions = [name]
      record.cells[index].sides.candidate.residentExperts = name
      record.cells[index].routing?.kind = index == 0 ? name : "trace"
      record.cells[index].routing?.source = name
      record.cells[index].routing?.digest = name
    }
    record.cells += record.cells.map { cell in
      var renamed = cell
      renamed.candidate = name
      renamed.baseline = name
      return renamed
    }
    return record
  }
}
