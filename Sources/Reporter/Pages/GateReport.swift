import ModelSpec

/// A gate as a page.
public enum GateReport {
  /// The page of a document.
  public static func page(of document: GateDocument) -> Page {
    Page([
      .title("Tenfold gate: \(document.verdict.rawValue)"), .paragraph(document.summary),
      .list(
        document.controls.map {
          "control \($0.name): \($0.change.map { Figures.percent($0.median) } ?? "-") passed \($0.passed)"
        }),
      .list(document.cells.map { "\($0.id): \($0.verdict.rawValue): \($0.reason)" }),
    ])
  }
}
