import ModelSpec

extension Report {
  /// The report as a page: machine, cells, claims, and what it does not show.
  public var page: Page {
    var blocks: [Page.Block] = []
    for section in sections {
      let record = section.named.record
      let name = sections.count > 1 ? ": \(section.named.name)" : ""
      blocks.append(.title("Tenfold report\(name)"))
      let curves = CurveTables(record)
      blocks += head(section) + curves.blocks
      blocks += CellTables(record, besides: curves.cells).blocks + ExplanationTables(record).blocks
      let seeds = section.seedLines
      if !seeds.isEmpty { blocks += [.heading("The seeds, a line each"), .list(seeds)] }
      blocks += ClaimVerdicts(section).blocks + YardstickTables(record).blocks
      blocks += EnergyTables(record).blocks
      blocks += cautions(record)
      if !record.cells.isEmpty { blocks += limits(of: record.workloadPhrases) }
    }
    if sections.isEmpty { blocks.append(.title("Tenfold report")) }
    if let ledger {
      blocks += ledger.blocks
    } else if sections.isEmpty {
      blocks.append(.paragraph("There is no record."))
    }
    return Page(blocks)
  }

  /// Who measured what, what came of the claims, and whatever spoils the figures.
  ///
  /// - Parameter claimsFirst: whether the claims stand before who measured, and not behind.
  func head(_ section: Section, claimsFirst: Bool = false) -> [Page.Block] {
    let record = section.named.record
    let engines = Set(record.cells.map(\.engine)).sorted()
    var multiplied = (engines.isEmpty ? record.options.engines : engines).joined(separator: ", ")
    if let level = record.instructionSet, let own = record.engineOfInstructionSet {
      multiplied += "; \(own) uses " + (level.hasPrefix("v") ? "x86-64-\(level)" : level)
    }
    if let blas = record.blas,
      engines.isEmpty || engines.firstEngine(where: \.usesLibrary) != nil
    {
      multiplied +=
        "; \(blas.version), core \(blas.core), \(blas.interface), "
        + "\(Figures.count(blas.threads, "thread")) in a call, \(blas.path)"
    }
    let options = record.options
    let run = [
      record.created,
      "tenfold \(record.tool.version) (\(record.tool.commit), \(record.tool.build))",
      "\(options.suite) suite", threads(of: options),
      options.precision.name, "seed \(options.seed)",
    ]
    let origin = [
      Page.Fact("Machine", record.machine.hardware), .init("Engine", multiplied),
      .init("Run", run.joined(separator: ", ")),
    ]
    let claims = [Page.Fact("Claims", tally(section.verdicts))]
    return [.facts(claimsFirst ? claims + origin : origin + claims)]
      + record.warnings.map(Page.Block.warning)
  }

  /// `2 threads`, and of a sweep `1, 2 threads`.
  private func threads(of options: RunOptions) -> String {
    guard let counts = options.threadCounts, counts.count > 1 else {
      return Figures.count(options.threads, "thread")
    }
    return counts.map(String.init).joined(separator: ", ") + " threads"
  }

  /// How many claims met which verdict: `1 delivered, 2 fall short`.
  private func tally(_ verdicts: [Verdict]) -> String {
    let tally = Verdict.Outcome.tally(verdicts)
    return tally.isEmpty ? "none about these candidates" : tally
  }

  private func cautions(_ record: Record) -> [Page.Block] {
    record.cautions.isEmpty ? [] : [.heading("Cautions"), .list(record.cautions)]
  }

  /// The section on what a report does not show.
  func limits(of workloads: WorkloadPhrases) -> [Page.Block] {
    [
      .heading("What this does not show"),
      .list(
        workloads.limits + [
          "A time ratio is of this machine and engine. Accelerators, served batches and training "
            + "have other limits, so a claim that falls short here may hold where it was made.",
          "Model quality, training runs and prices are no matter of a kernel: a factor left to explain "
            + "is not a factor disproved.",
        ]),
    ]
  }
}

extension Record {
  /// What spoils the figures, in sentences: values of a later version, a token effort, an early end, a
  /// debug build.
  public var warnings: [String] {
    var warnings: [String] = []
    if !unknownValues.isEmpty {
      warnings.append(
        "The record holds what this version of tenfold does not know: "
          + unknownValues.joined(separator: ", ")
          + ". It is shown by its name, and nothing is judged by it.")
    }
    if !unmeasured.isEmpty {
      let endings = unmeasured.prefix(Self.mostEndings).map { cell in
        "\(cell.id): \(cell.ending)"
      }
      let more = unmeasured.count - endings.count
      warnings.append(
        "\(Figures.count(unmeasured.count, "cell")) \(unmeasured.count == 1 ? "has" : "have") no "
          + "times: \(endings.joined(separator: "; "))\(more > 0 ? " and \(more) more" : "").")
    }
    if let effort = options.effort {
      warnings.append(
        "The figures were measured with a \(effort) effort, for a test; nothing is judged by them.")
    }
    if status == .interrupted {
      warnings.append(
        unmeasured.isEmpty
          ? "The run ended early: the cells shown are whole, and others that were planned are missing."
          : "The run did not measure all that was planned; the cells shown are whole.")
    }
    if tool.build != "release" {
      warnings.append("A \(tool.build) build measured this; its times are not the machine's.")
    }
    return warnings
  }

  /// Cells without times that a warning names; the document holds all.
  private static let mostEndings = 3
}

extension MachineIdentity {
  /// The machine in a line: `AMD EPYC 9R14, 2 of 4 CPUs, 15 GiB memory, …`.
  var hardware: String {
    var parts = [
      "\(cpu), \(effectiveCPUs) of \(logicalCPUs) CPUs", "\(Figures.bytes(memoryBytes)) memory",
    ]
    if let cache = lastLevelCacheBytes { parts.append("\(Figures.bytes(cache)) last-level cache") }
    parts.append(operatingSystem)
    if let hypervisor {
      parts.append(
        hypervisor == Self.unknown
          ? "in a virtual machine" : "in a virtual machine of \(hypervisor)")
    }
    return parts.joined(separator: ", ")
  }
}
