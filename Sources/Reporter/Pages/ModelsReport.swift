import ModelSpec

/// The catalogue, or one architecture of it, for a reader.
public enum ModelsReport {
  /// A page that lists architectures with their size.
  public static func page(listing architectures: [Architecture]) -> Page {
    let table = Table(
      columns: [
        .init("architecture"), .init("parameters", .right), .init("active", .right),
        .init("dense layers"), .init("sparse layers"),
      ],
      rows: architectures.map { architecture in
        Table.Row([
          .init(architecture.id),
          .init(Figures.parameters(architecture.totalParameters)),
          .init(Figures.parameters(architecture.activeParameters)),
          .init(layers(of: architecture, kind: "dense ")),
          .init(layers(of: architecture, kind: "sparse ")),
        ])
      })
    return Page([
      .title("Architectures"), .table(table),
      .paragraph(
        "\(Figures.count(architectures.count, "architecture")). Active is what one token uses, the "
          + "embedding left out. tenfold models ARCH counts one of them, or any config.json."),
    ])
  }

  /// The dense or the sparse feed-forward layers: `27 of E=64 K=6 F=1408`.
  private static func layers(of architecture: Architecture, kind: String) -> String {
    let groups = architecture.ffnGroups.filter { $0.layer.label.hasPrefix(kind) }
    guard let first = groups.first else { return "" }
    guard groups.count == 1 else {
      return "\(groups.reduce(0) { $0 + $1.count }) of \(groups.count) shapes"
    }
    return "\(first.count) of \(first.layer.label.dropFirst(kind.count))"
  }

  /// A page about one architecture.
  public static func page(of model: ModelDocument) -> Page {
    var facts: [Page.Fact] = [
      .init("Type", model.modelType),
      .init("Parameters", counted(model.totalParameters)),
      .init("Active per token", counted(model.activeParameters)),
    ]
    if model.routedExpertParameters > 0 {
      facts.append(.init("In routed experts", counted(model.routedExpertParameters)))
    }
    if let cache = model.cache { facts.append(.init("Cache", text(of: cache, model.tokens))) }
    if let sparse = model.sparseLayer {
      facts.append(
        .init(
          "First routed layer",
          "\(counted(sparse.parameters)) parameters, \(sparse.matmulFlops) FLOPs"))
      facts.append(
        .init(
          "Experts reached",
          "\(Figures.significant(sparse.expectedDistinctExperts, trimmed: true)) of "
            + "\(sparse.experts) are expected with \(Figures.count(model.tokens, "token")) a pass, "
            + "all equally popular"))
    }
    return Page([
      .title(model.id), .facts(facts), .heading("FLOPs of \(Figures.count(model.tokens, "token"))"),
      .table(flops(model.forwardFlops)), .heading("Layers"), .table(layers(model.layers)),
    ])
  }

  /// `35,136 elements a token and sequence, in 61 layers`.
  private static func text(of cache: ModelDocument.Cache, _ tokens: Int) -> String {
    let layers = "in \(Figures.count(cache.layers, "layer"))"
    if let elements = cache.elementsPerToken {
      return "\(Figures.grouped(elements)) elements a token and sequence, \(layers)"
    }
    return "\(Figures.grouped(cache.elements)) elements a sequence after "
      + "\(Figures.count(tokens, "token")), \(layers)"
  }

  private static func flops(_ flops: ForwardFLOPs) -> Table {
    let parts = [
      ("feed-forward", flops.ffn), ("attention", flops.attention), ("head", flops.head),
      ("other", flops.other), ("total", flops.total),
    ]
    return Table(
      columns: [.init("part"), .init("matmul FLOPs", .right), .init("share", .right)],
      rows: parts.filter { $0.1 > 0 }.map { name, count in
        Table.Row([
          .init(name), .init(String(count)),
          .init(Figures.percent(Double(count) / Double(flops.total))),
        ])
      })
  }

  /// One row for each run of equal decoder layers: models repeat one layer or a short pattern of
  /// them.
  private static func layers(_ layers: [ModelDocument.Layer]) -> Table {
    var rows: [Table.Row] = []
    var first = 0
    for index in layers.indices {
      let isLast = index + 1 == layers.count || !isAlike(layers[index], layers[index + 1])
      guard isLast else { continue }
      let layer = layers[index]
      rows.append(
        Table.Row([
          .init(first == index ? "\(index)" : "\(first)-\(index)"),
          .init(layer.attention ?? "none"), .init(layer.ffn.joined(separator: ", ")),
          .init(Figures.parameters(layer.parameters)),
          .init(Figures.parameters(layer.activeParameters)),
        ]))
      first = index + 1
    }
    return Table(
      columns: [
        .init("layers", .right), .init("attention"), .init("feed-forward"),
        .init("parameters each", .right), .init("active", .right),
      ], rows: rows)
  }

  private static func isAlike(_ first: ModelDocument.Layer, _ second: ModelDocument.Layer) -> Bool {
    var moved = second
    moved.index = first.index
    return moved == first
  }

  private static func counted(_ parameters: Int) -> String {
    "\(parameters) (\(Figures.parameters(parameters)))"
  }
}

extension Figures {
  /// A number of parameters in the units of model names: `46.7B`, `816B`, `1.04T`.
  static func parameters(_ count: Int) -> String {
    for (unit, name) in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    where Double(count) >= unit {
      return significant(Double(count) / unit, trimmed: true) + name
    }
    return String(count)
  }
}
