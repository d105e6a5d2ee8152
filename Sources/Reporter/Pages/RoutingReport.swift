import ModelSpec

/// What a file of recorded routing says, for a reader.
public enum RoutingReport {
  /// A page about one layer of the file.
  public static func page(of document: RoutingDocument) -> Page {
    var blocks: [Page.Block] = [
      .title("Routing of \(document.source)"), .facts(facts(document)),
    ]
    if document.passes.isEmpty {
      blocks.append(
        .paragraph(
          "Counts do not tell how many experts a token visits: name the model with --architecture for "
            + "passes and for the Zipf exponent."))
    } else {
      blocks += [.heading("Passes"), .table(table(document)), .paragraph(legend(document))]
    }
    return Page(blocks)
  }

  private static func facts(_ document: RoutingDocument) -> [Page.Fact] {
    var facts: [Page.Fact] = [.init("Holds", contents(document))]
    if let note = layers(document) { facts.append(.init("Layers", note)) }
    facts += [
      .init("Experts", experts(document)),
      .init(
        "Skew",
        "busiest expert \(Figures.ratio(document.maxOverMean)) the mean, Gini coefficient "
          + Figures.significant(document.gini)),
    ]
    if document.topK != nil {
      facts.append(
        .init(
          "Zipf",
          document.zipf.map(sentence)
            ?? "no exponent: there are fewer choices than experts, or too many experts"))
    }
    facts.append(.init("Checksum", "fnv1a \(document.digest)"))
    return facts
  }

  private static func contents(_ document: RoutingDocument) -> String {
    guard let tokens = document.tokens, let topK = document.topK else {
      let choices = document.layers.first { $0.layer == document.layer }?.choices ?? 0
      return "counts of \(Figures.count(choices, "choice"))"
    }
    return "\(Figures.count(tokens, "token")), \(Figures.count(topK, "expert")) each"
  }

  private static func layers(_ document: RoutingDocument) -> String? {
    guard let layer = document.layer else { return nil }
    let count = document.layers.count
    return count == 1
      ? "only layer \(layer)"
      : "\(count), of which this is layer \(layer); FILE#layer=N shows another"
  }

  private static func experts(_ document: RoutingDocument) -> String {
    guard let architecture = document.architecture else {
      return "\(document.expertsSeen) seen, the last is expert \(document.experts - 1); "
        + "--architecture tells how many there are"
    }
    return "\(document.expertsSeen) seen, of the \(document.experts) that \(architecture) has"
  }

  private static func sentence(_ zipf: RoutingDocument.Zipf) -> String {
    let fit =
      "exponent \(Figures.significant(zipf.alpha)), distance \(Figures.significant(zipf.distance)), "
      + "Gini coefficient \(Figures.significant(zipf.gini)): --routing \(zipf.routing) "
    return fit
      + (zipf.isClose
        ? "resembles it" : "is the nearest, and not near; give the file itself to --routing")
  }

  private static func table(_ document: RoutingDocument) -> Table {
    Table(
      columns: [
        .init("tokens", .right), .init("passes", .right), .init("experts read", .right),
        .init("if independent", .right),
        .init("if uniform", .right), .init("max/mean", .right), .init("Gini", .right),
      ],
      rows: document.passes.map { pass in
        Table.Row([
          .init(String(pass.tokens)), .init(String(pass.passes)),
          .init(Figures.significant(pass.distinctExperts)),
          .init(Figures.significant(pass.distinctExpertsIfIndependent)),
          .init(Figures.significant(pass.distinctExpertsIfUniform)),
          .init(Figures.ratio(pass.maxOverMean)), .init(Figures.significant(pass.gini)),
        ])
      })
  }

  private static func legend(_ document: RoutingDocument) -> String {
    let isShort = document.passes.contains { $0.tokens > document.tokens ?? .max }
    return
      "Means over that many passes. If independent is what a pass would read if every token chose "
      + "for itself, with these popularities; if uniform, if all experts were equally popular as well. "
      + (document.kind == "trace"
        ? "Where a pass reads fewer, neighbouring tokens choose alike. "
        : "Passes were drawn with the counted popularities, every token for itself. ")
      + (isShort ? "A pass longer than the trace begins again at its first token. " : "")
      + "Distance, above, is that of Kolmogorov and Smirnov between the choices by rank and those of "
      + "Zipf's law: 0 when the law describes them."
  }
}
