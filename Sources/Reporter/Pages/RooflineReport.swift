import ModelSpec

/// A machine's ceilings for a reader.
public enum RooflineReport {
  /// A page of the ceilings and what they mean for a layer.
  public static func page(of document: RooflineDocument) -> Page {
    let table = Table(
      columns: [
        .init("threads", .right), .init("precision"), .init("peak", .right),
        .init("read", .right), .init("ridge", .right),
      ],
      rows: document.ceilings.map { ceiling in
        Table.Row([
          .init("\(ceiling.threads)"), .init(ceiling.precision.name),
          .init(Figures.rate(flopsPerSecond: ceiling.peakFlopsPerSecond)),
          .init(Figures.rate(bytesPerSecond: ceiling.readBytesPerSecond)),
          .init(ceiling.ridgeTokens.map { Figures.significant($0, trimmed: true) } ?? "-"),
        ])
      })
    return Page([
      .title("Ceilings"),
      .facts([.init("Machine", document.machine.hardware)]),
      .table(table),
      .paragraph(
        "Peak is multiply-adds on registers alone, read is streaming from memory alone, each the "
          + "second best of several tries with all threads at once. Ridge is peak over read in tokens: "
          + "an expert with fewer waits for its weights, one with more for arithmetic."),
    ])
  }
}
