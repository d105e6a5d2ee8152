import ModelSpec

/// How far engines were from the outputs of golden layers, for a reader.
public enum VerifyReport {
  /// A page with one row for each golden layer and engine.
  public static func page(of document: VerifyDocument) -> Page {
    let hasCases = document.results.contains { $0.case != nil }
    let table = Table(
      columns: [.init("golden layer"), .init("family")]
        + (hasCases ? [.init("case")] : []) + [
          .init("engine"),
          .init("weights"), .init("tokens", .right), .init("relative error", .right),
          .init("tolerance", .right), .init("result"),
        ],
      rows: document.results.map { result in
        Table.Row(
          [.init(result.directory), .init(result.family)]
            + (hasCases ? [.init(result.case ?? "-")] : []) + [
              .init(result.engine),
              .init(result.precision.name), .init(String(result.tokens)),
              .init(result.maxRelativeError.map { Figures.significant($0) } ?? "not a number"),
              .init(Figures.significant(result.tolerance, trimmed: true)),
              .init(result.passed ? "passed" : "differs", tone: result.passed ? .good : .bad),
            ])
      })
    return Page([
      .title("Golden layers"), .table(table),
      .paragraph(
        "The error is the largest difference over the largest output; a layer passes within what "
          + "rounding explains."),
    ])
  }
}
