import ModelSpec

/// Where a record comes from, as names with their values.
struct RecordFacts {
  private let record: Record

  init(_ record: Record) {
    self.record = record
  }

  /// Everything that identifies the machine, as the operating system told it.
  var machine: [Page.Fact] {
    let machine = record.machine
    var facts = [
      Page.Fact("Processor", machine.cpu), .init("Architecture", machine.architecture),
    ]
    if let signature = machine.cpuSignature {
      facts.append(.init("Family, model, stepping", signature))
    }
    facts.append(
      .init("CPUs", "\(machine.effectiveCPUs) usable of \(machine.logicalCPUs) that are there"))
    facts += (machine.processors?.facts ?? []) + (machine.memory?.facts ?? [])
    if let throttling = machine.throttling {
      let added = throttling.after.since(throttling.before)
      facts.append(
        .init(
          "Stopped by a quota",
          "\(Figures.count(added.times, "time")), "
            + "\(Figures.significant(added.seconds, trimmed: true)) s"))
    }
    if let bytes = machine.lastLevelCacheBytes {
      let count = machine.lastLevelCaches.map { "\($0) of " } ?? ""
      facts.append(.init("Last-level cache", count + Figures.bytes(bytes)))
    }
    facts += [
      .init("Memory", Figures.bytes(machine.memoryBytes)),
      .init("Operating system", machine.operatingSystem), .init("Kernel", machine.kernel),
      .init("Hypervisor", machine.hypervisor ?? "none"),
    ]
    return facts
  }

  /// The program and the library that measured.
  var program: [Page.Fact] {
    let tool = record.tool
    var facts = [
      Page.Fact("Tenfold", "\(tool.version), \(tool.build) build by Swift \(tool.swift)"),
      .init("Revision", tool.commit),
    ]
    if let level = record.instructionSet, let engine = record.engineOfInstructionSet {
      facts.append(.init("Instructions of \(engine)", level))
    }
    if let blas = record.blas {
      facts.append(
        .init(
          "BLAS",
          "\(blas.version), core \(blas.core), \(blas.interface), "
            + "\(Figures.count(blas.threads, "thread")) in a call"))
      facts.append(.init("BLAS library", blas.path))
      if let config = blas.config { facts.append(.init("BLAS configuration", config)) }
    }
    return facts
  }

  /// What the run was asked for.
  var options: [Page.Fact] {
    let options = record.options
    let conditions = Conditions.Name.all.compactMap { name -> Page.Fact? in
      let values = options[name]
      return values.isEmpty ? nil : Page.Fact(name.title, values.joined(separator: ", "))
    }
    return [.init("Began", record.created), .init("Suite", options.suite)] + conditions + [
      .init("Budget", "\(Figures.significant(options.budgetSeconds, trimmed: true)) s"),
      .init("Memory allowed", Figures.bytes(options.memoryBytes)),
      .init("Seed", "\(options.seed)"),
    ]
  }

  /// The record's ceilings, which are the best of the run; `nil` where none were measured.
  var ceilings: Table? {
    guard !record.ceilings.isEmpty else { return nil }
    return Table(
      columns: [
        .init("threads", .right), .init("precision"), .init("peak", .right),
        .init("read", .right),
      ],
      rows: record.ceilings.map { ceiling in
        Table.Row([
          "\(ceiling.threads)", .init(ceiling.precision.name),
          .init(Figures.rate(flopsPerSecond: ceiling.peakFlopsPerSecond)),
          .init(Figures.rate(bytesPerSecond: ceiling.readBytesPerSecond)),
        ])
      })
  }
}

extension ProcessorUse {
  /// What decides how many processors may be used, as far as the record tells.
  fileprivate var facts: [Page.Fact] {
    var facts: [Page.Fact] = []
    if let cores {
      let threads = threadsPerCore.map { ", \(Figures.count($0, "hardware thread")) each" } ?? ""
      let sockets = sockets.map { ", on \(Figures.count($0, "socket"))" } ?? ""
      facts.append(.init("Cores", "\(cores)\(threads)\(sockets)"))
    }
    let lists = [
      ("CPUs switched on", online), ("CPUs switched off", offline), ("Affinity mask", affinity),
      ("Cpuset", cpuset),
    ]
    facts += lists.compactMap { name, list in list.map { Page.Fact(name, $0) } }
    if let quota {
      facts.append(
        .init(
          "Quota",
          "\(Figures.significant(quota, trimmed: true)) CPUs"
            + (quotaGroup.map { " of control group \($0)" } ?? "")))
    }
    return facts
  }
}

extension MemoryUse {
  /// Where memory comes from, as far as the record tells.
  fileprivate var facts: [Page.Fact] {
    let nodes = nodes.map { count in
      "\(count)" + (processorNodes.map { ", CPUs on \($0)" } ?? "")
        + (allowedNodes.map { ", memory from \($0)" } ?? "")
    }
    let pages = hugePages.map { $0 + (hugePageDefrag.map { ", defrag \($0)" } ?? "") }
    return [("NUMA nodes", nodes), ("Huge pages", pages)]
      .compactMap { name, value in value.map { Page.Fact(name, $0) } }
  }
}

extension Conditions.Name {
  /// What the values of the condition are called as a fact of a run: `Tokens per pass`.
  fileprivate var title: String {
    let words =
      switch self {
      case .size(let size): size.title
      default: "\(self)"
      }
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
