import ModelSpec

/// One record of an illustrated report: claims, cells, pictures, and where all of it comes from.
struct IllustratedSection {
  private let section: Report.Section
  private let record: Record
  private let commands: CommandLines

  /// - Parameter idPrefix: what the ids of this record's pictures begin with, where there are others.
  init(_ section: Report.Section, idPrefix: String = "") {
    self.section = section
    record = section.named.record
    commands = CommandLines(section.named)
  }

  /// Everything below the headline.
  var blocks: [Page.Block] {
    ClaimVerdicts(section.verdicts).illustrated(by: nil) + CellTables(record).blocks + origin
      + reproduction
  }

  private var origin: [Page.Block] {
    let facts = RecordFacts(record)
    let ceilings = facts.ceilings.map { [Page.Block.heading("Ceilings", level: 2), .table($0)] }
    return [
      .heading("Where the figures come from"), .heading("Machine", level: 2), .facts(facts.machine),
    ] + (ceilings ?? []) + [
      .heading("Program", level: 2), .facts(facts.program),
      .heading("What was asked for", level: 2), .facts(facts.options),
    ]
  }

  private var reproduction: [Page.Block] {
    [
      .heading("How to reproduce it"),
      .paragraph(
        "The first line measures everything again, on an idle machine and with revision "
          + "\(record.tool.commit); scripts/bench builds and takes the same options. The others make "
          + "this page and its pictures again, from the record and without measuring."),
      .command(commands.measuringAll), .command(commands.page), .command(commands.charts),
    ]
  }
}
