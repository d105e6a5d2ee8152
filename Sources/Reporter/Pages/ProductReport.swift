import LayerSpec
import ModelSpec

/// What `tenfold gemm` measured, for a reader.
public enum ProductReport {
  /// A page with one row for each number of rows.
  public static func page(of document: ProductDocument) -> Page {
    let points = document.points
    guard let first = points.first else { return Page([.title("Matrix product")]) }
    var blocks: [Page.Block] = [
      .title(
        "Matrix product, W[\(first.n)×\(first.k)] times M rows, \(first.precision), "
          + Figures.count(first.threads, "thread")),
      .facts(facts(document)),
    ]
    blocks += tables(document).map(Page.Block.table)
    blocks.append(
      .paragraph(
        "GB/s are those of the weights, which come from memory: products take copies of W in turn."
          + (points.contains { $0.rooflineShare != nil }
            ? " Roofline is the share of what this machine's ceilings allow." : "")))
    blocks += document.cautions.map { .warning($0) }
    return Page(blocks)
  }

  private static func facts(_ document: ProductDocument) -> [Page.Fact] {
    var facts = [Page.Fact("Machine", document.machine.cpu)]
    let engines = engines(document)
    if let level = document.instructionSet,
      let own = engines.firstEngine(where: \.choosesInstructionSet)
    {
      facts.append(.init(own.name, level))
    }
    if let blas = document.blas, let user = engines.firstEngine(where: \.usesLibrary) {
      facts.append(.init(user.name, "\(blas.version), core \(blas.core), \(blas.path)"))
    }
    if !document.ceilings.isEmpty {
      facts.append(.init("Ceilings", document.ceilings.map(\.sentence).joined(separator: "; ")))
    }
    return facts
  }

  /// The engines in the order of their points.
  private static func engines(_ document: ProductDocument) -> [String] {
    document.points.map(\.engine).uniqued()
  }

  /// The first engine beside each other one; alone where there is no other.
  private static func tables(_ document: ProductDocument) -> [Table] {
    let engines = engines(document)
    let pairs = engines.dropFirst().map { [engines[0], $0] }
    return (pairs.isEmpty ? [engines] : pairs).map { table(document, engines: $0) }
  }

  /// A table with columns for each of these engines, and for the speed of the first over each other
  /// one.
  private static func table(_ document: ProductDocument, engines: [String]) -> Table {
    let points = document.points
    let hasRoofline = points.contains { $0.rooflineShare != nil }
    var columns: [Table.Column] = [.init("M", .right)]
    for engine in engines {
      columns += [.init("\(engine) GFLOP/s", .right), .init("GB/s", .right)]
      if hasRoofline { columns.append(.init("roofline", .right)) }
    }
    for other in engines.dropFirst() {
      columns += [.init("\(engines[0])/\(other)", .right), .init("interval")]
    }
    var rows: [Table.Row] = []
    for m in points.map(\.m).uniqued() {
      var entries: [Table.Entry] = [.init(String(m))]
      for engine in engines {
        let point = points.first { $0.m == m && $0.engine == engine }
        entries += [
          .init(point.map { Figures.significant($0.gflops) } ?? ""),
          .init(point.map { Figures.significant($0.gigabytesPerSecond) } ?? ""),
        ]
        if hasRoofline { entries.append(.init(point?.rooflineShare.map(Figures.percent) ?? "")) }
      }
      for other in engines.dropFirst() {
        let speed = document.speedRatios.first { $0.m == m && $0.over == other }?.speed
        entries += [
          .init(speed.map { Figures.measuredRatio($0.median) } ?? ""),
          .init(speed.map { Figures.interval($0.low, $0.high) } ?? ""),
        ]
      }
      rows.append(Table.Row(entries))
    }
    return Table(columns: columns, rows: rows)
  }
}
