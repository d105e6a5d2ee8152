import ModelSpec

/// What would spoil a measurement on a machine, for a reader.
public enum DoctorReport {
  /// A page with a part for each finding; one sentence for a healthy machine.
  public static func page(of document: DoctorDocument) -> Page {
    let watched = document.watch.map(table) ?? []
    guard !document.findings.isEmpty else {
      return Page(
        [.paragraph("Nothing was found on this machine that would spoil a measurement.")] + watched)
    }
    return Page(
      [
        .title("Doctor"), .facts([.init("Machine", document.machine.hardware)]),
        .paragraph(
          "\(Figures.count(document.findings.count, "finding")), the worst first. Nothing was changed: "
            + "commands are for you to run."),
      ] + document.findings.flatMap(blocks) + watched)
  }

  /// How the moments of a watch differ.
  private static func table(of watch: DoctorDocument.Watch) -> [Page.Block] {
    let kinds: [(String, DoctorDocument.Spread, (Double) -> String)] = [
      ("reading", watch.readBytesPerSecond, { Figures.rate(bytesPerSecond: $0) }),
      ("computing, f32", watch.peakFlopsPerSecond, { Figures.rate(flopsPerSecond: $0) }),
    ]
    let table = Table(
      columns: [.init("\(Figures.count(watch.threads, "thread"))")]
        + ["slowest", "low tenth", "median", "high tenth", "fastest"].map { .init($0, .right) },
      rows: kinds.map { name, spread, text in
        Table.Row(
          [.init(name)]
            + [spread.lowest, spread.lowTenth, spread.median, spread.highTenth, spread.highest]
            .map { .init(text($0)) })
      })
    return [
      .heading("From moment to moment", level: 2), .table(table),
      .paragraph(
        "\(Figures.count(watch.moments, "moment")) of each kind, \(Int((watch.momentSeconds * 1000).rounded())) ms "
          + "long and in turn, within \(Figures.significant(watch.seconds, trimmed: true)) s in which nothing else "
          + "of Tenfold ran. No interval of a run is narrower than what changes between its visits."
      ),
    ]
  }

  private static func blocks(of finding: DoctorDocument.Finding) -> [Page.Block] {
    [
      .heading("\(finding.severity.rawValue): \(finding.what) (\(finding.id))", level: 2),
      .facts([.init("Why", finding.why), .init("Cost", finding.cost)]), .command(finding.mend),
    ]
  }
}
