import ModelSpec

/// What `tenfold attention` measured, for a reader.
public enum AttentionReport {
  /// A page with a table of prompts and one of steps of decoding.
  public static func page(of document: AttentionDocument) -> Page {
    let points = document.points
    guard let first = points.first else { return Page([.title("Attention")]) }
    var blocks: [Page.Block] = [
      .title("Attention alone, f32, \(Figures.count(first.threads, "thread"))"),
      .facts(facts(document)),
    ]
    for shape in points.map(\.shape).uniqued() {
      let own = points.filter { $0.shape == shape }
      for group in own.map(Kind.init).uniqued() {
        blocks.append(.heading("\(shape): \(group.words)"))
        blocks.append(.table(table(own.filter { Kind($0) == group })))
      }
    }
    blocks.append(.paragraph(explanation(points)))
    blocks += document.cautions.map { .warning($0) }
    return Page(blocks)
  }

  /// Points that stand in one table.
  private struct Kind: Hashable {
    let form: AttentionPoint.Form
    let heads: Int
    let keyValueHeads: Int
    let keyWidth: Int
    let valueWidth: Int
    let window: Int?
    let isPrompt: Bool

    init(_ point: AttentionPoint) {
      form = point.form
      heads = point.heads
      keyValueHeads = point.keyValueHeads
      keyWidth = point.keyWidth
      valueWidth = point.valueWidth
      window = point.window
      isPrompt = point.context == 0
    }

    /// `prompts, 64 heads over 8 of keys and values, 128 wide`.
    var words: String {
      let widths = keyWidth == valueWidth ? "\(keyWidth)" : "\(keyWidth) and \(valueWidth)"
      let keys =
        form == .absorbed
        ? "over latent vectors of \(widths)"
        : "over \(keyValueHeads) of keys and values, \(widths) wide"
      return "\(isPrompt ? "prompts" : "steps of decoding"), \(heads) heads \(keys)"
        + (window.map { ", \($0) tokens at most" } ?? "")
    }
  }

  private static func facts(_ document: AttentionDocument) -> [Page.Fact] {
    var facts = [Page.Fact("Machine", document.machine.cpu)]
    if let level = document.instructionSet { facts.append(.init("Kernels", level)) }
    return facts
  }

  private static func table(_ points: [AttentionPoint]) -> Table {
    let isPrompt = points.allSatisfy { $0.context == 0 }
    let hasRoofline = points.contains { $0.rooflineShare != nil }
    var columns: [Table.Column] =
      isPrompt
      ? [.init("tokens", .right)] : [.init("sequences", .right), .init("context", .right)]
    columns += [.init("ms", .right), .init("GFLOP/s", .right), .init("GB/s", .right)]
    if hasRoofline {
      columns += [.init("of the ceiling", .right), .init("which is")]
    }
    let rows = points.map { point -> Table.Row in
      var entries: [Table.Entry] =
        isPrompt
        ? [.init("\(point.tokens)")] : [.init("\(point.sequences)"), .init("\(point.context)")]
      entries += [
        .init(Figures.significant(point.secondsMedian * 1e3)),
        .init(Figures.significant(point.gflops)),
        .init(Figures.significant(point.gigabytesPerSecond)),
      ]
      if hasRoofline {
        entries += [.init(point.rooflineShare.map(Figures.percent) ?? ""), .init(ceiling(point))]
      }
      return Table.Row(entries)
    }
    return Table(columns: columns, rows: rows)
  }

  /// `41.2 GB/s`, the ceiling that bounds the pass, as measured beside it.
  private static func ceiling(_ point: AttentionPoint) -> String {
    guard let isMemoryBound = point.isMemoryBound, let peak = point.peakGflops,
      let read = point.readGigabytesPerSecond
    else { return "" }
    return isMemoryBound
      ? "\(Figures.significant(read)) GB/s" : "\(Figures.significant(peak)) GFLOP/s"
  }

  private static func explanation(_ points: [AttentionPoint]) -> String {
    "Scores, softmax and sums of values, without the matrices around them. FLOPs are those of pairs of a query "
      + "and a key that it sees, bytes those of keys and values that are seen, each once; caches of steps come from "
      + "memory."
      + (points.contains { $0.rooflineShare != nil }
        ? " The ceiling is the larger of FLOPs at peak and bytes at read bandwidth, both measured beside the point."
        : "")
  }
}
