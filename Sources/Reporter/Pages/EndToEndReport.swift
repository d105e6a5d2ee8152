import ModelSpec

/// What `tenfold end-to-end` measured, for a reader.
public enum EndToEndReport {
  /// A page with one row for each kind of pass and context.
  public static func page(of document: EndToEndDocument) -> Page {
    var blocks: [Page.Block] = [
      .title(
        "\(document.model) from tokens to logits, \(document.precision), "
          + Figures.count(document.threads, "thread")),
      .facts(facts(document)), .table(table(document)),
      .paragraph(
        "Each of the \(Figures.count(document.layers, "layer")) has weights and a cache of its own in memory, "
          + "with random weights and tokens. Prefill reads a prompt of one sequence from its beginning; decode "
          + "writes one more token of every sequence behind a prompt. The head's is the last norm and the logits "
          + "of each sequence's last token; choosing the next one is not timed. Intervals are those of the rounds' "
          + "median, 95 %."
          + (document.passes.contains { $0.rooflineShare != nil }
            ? " Roofline is the share of what the peak allows and what memory read beside the passes, in GB/s."
            : "")),
    ]
    blocks += document.cautions.map { .warning($0) }
    return Page(blocks)
  }

  private static func facts(_ document: EndToEndDocument) -> [Page.Fact] {
    let bytes = document.bytes
    var facts = [
      Page.Fact("Machine", document.machine.cpu),
      Page.Fact(
        "Memory",
        "\(Figures.bytes(bytes.all)): layers \(Figures.bytes(bytes.layers)), head \(Figures.bytes(bytes.head)), "
          + "table of tokens \(Figures.bytes(bytes.table)), caches \(Figures.bytes(bytes.caches)), "
          + "scratch \(Figures.bytes(bytes.scratch))"),
      Page.Fact(
        "Checked",
        "every layer and the head against double precision; the largest error is "
          + "\(Figures.percent(max(document.check.layers, document.check.head))) of what rounding explains"
      ),
    ]
    let level = document.instructionSet.map { " (\($0))" } ?? ""
    facts.append(.init("Engine", document.engine + level))
    if let blas = document.blas {
      facts.append(.init("BLAS", "\(blas.version), core \(blas.core), \(blas.path)"))
    }
    if !document.ceilings.isEmpty {
      facts.append(.init("Ceilings", document.ceilings.map(\.sentence).joined(separator: "; ")))
    }
    return facts
  }

  private static func table(_ document: EndToEndDocument) -> Table {
    let hasRoofline = document.passes.contains { $0.rooflineShare != nil }
    let hasExperts = document.passes.contains { $0.distinctExperts != nil }
    var columns: [Table.Column] = [
      .init("pass"), .init("context", .right), .init("sequences", .right),
      .init("tokens/s", .right), .init("interval"), .init("a pass", .right), .init("head", .right),
    ]
    if hasExperts { columns.append(.init("experts", .right)) }
    if hasRoofline { columns += [.init("GB/s", .right), .init("roofline", .right)] }
    return Table(
      columns: columns,
      rows: document.passes.map { pass in
        let speed = pass.tokensPerSecond
        var entries: [Table.Entry] = [
          .init(pass.kind.rawValue), .init("\(pass.context)"), .init("\(pass.sequences)"),
          .init(Figures.significant(speed.median)), .init(Figures.interval(speed.low, speed.high)),
          .init(seconds(pass.seconds.median)),
          .init(Figures.percent(pass.headSeconds / pass.seconds.median)),
        ]
        if hasExperts {
          entries.append(.init(pass.distinctExperts.map { Figures.significant($0) } ?? ""))
        }
        if hasRoofline {
          entries += [
            .init(pass.readBytesPerSecond.map { Figures.significant($0.median / 1e9) } ?? ""),
            .init(pass.rooflineShare.map(Figures.percent) ?? ""),
          ]
        }
        return Table.Row(entries)
      })
  }

  private static func seconds(_ seconds: Double) -> String {
    seconds < 1
      ? "\(Figures.significant(seconds * 1000)) ms" : "\(Figures.significant(seconds)) s"
  }
}
