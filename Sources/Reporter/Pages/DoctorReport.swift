import ModelSpec

/// What would spoil a measurement on a machine, for a reader.
public enum DoctorReport {
  /// A page with a part for each finding; one sentence for a healthy machine.
  public static func page(of document: DoctorDocument) -> Page {
    guard !document.findings.isEmpty else {
      return Page([.paragraph("Nothing was found on this machine that would spoil a measurement.")])
    }
    return Page(
      [
        .title("Doctor"), .facts([.init("Machine", document.machine.hardware)]),
        .paragraph(
          "\(Figures.count(document.findings.count, "finding")), the worst first. Nothing was changed: "
            + "commands are for you to run."),
      ] + document.findings.flatMap(blocks))
  }

  private static func blocks(of finding: DoctorDocument.Finding) -> [Page.Block] {
    [
      .heading("\(finding.severity.rawValue): \(finding.what) (\(finding.id))", level: 2),
      .facts([.init("Why", finding.why), .init("Cost", finding.cost)]), .command(finding.mend),
    ]
  }
}
