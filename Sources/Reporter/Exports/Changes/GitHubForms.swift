import ModelSpec

/// Writes what two builds differ by as Markdown for a step's summary on GitHub, `$GITHUB_STEP_SUMMARY`.
///
/// A step whose summary is above 1 MiB loses all of it, so rows are left out whole from the end, where the
/// least urgent stand, and counted.
public enum GitHubSummary {
  /// Bytes of a summary, with room for what the step itself adds to it.
  static let mostBytes = 1_000_000

  /// The Markdown, with a newline at the end.
  public static func render(_ report: ChangeReport) -> String {
    render(report, atMost: mostBytes)
  }

  static func render(_ report: ChangeReport, atMost limit: Int) -> String {
    let head = MarkdownPage.render(Page(blocks(report)))
    guard !report.cells.isEmpty else { return head }
    let lines = MarkdownPage.render(Page([.table(report.table)])).split(separator: "\n")
    let titleLines = 2
    var text = head + "\n" + lines.prefix(titleLines).map { $0 + "\n" }.joined()
    var bytes = text.utf8.count + closingBytes
    var written = 0
    for row in lines.dropFirst(titleLines) {
      bytes += row.utf8.count + 1
      guard bytes <= limit else { break }
      text += row + "\n"
      written += 1
    }
    let rest = report.cells.count - written
    if rest > 0 {
      text +=
        "\nand \(Figures.count(rest, "less urgent cell")); --format json holds all\n"
    }
    return text
  }

  /// More than the sentence about what is left out takes.
  private static let closingBytes = 200

  /// More cautions and controls than anybody reads.
  private static let mostListed = 50

  private static func blocks(_ report: ChangeReport) -> [Page.Block] {
    let summary = Escaping.sentence(report.summary)
    let isOpen = report.verdict == .regression || report.verdict == .inconclusive
    let facts: [Page.Fact] = [
      .init("Base", origin(report.base)), .init("Head", origin(report.head)),
      .init("Machine", report.machineInWords),
    ]
    var blocks: [Page.Block] = [
      .heading("\(report.title): \(report.verdict.rawValue)"),
      isOpen ? .warning(summary) : .paragraph(summary),
      .facts(facts.map { .init($0.name, Escaping.sentence($0.value)) }),
    ]
    func list(_ sentences: [String]) -> Page.Block {
      let more = sentences.count - mostListed
      return .list(
        sentences.prefix(mostListed).map(Escaping.sentence)
          + (more > 0 ? ["and \(more) more"] : []))
    }
    let broken = report.controls.filter { !$0.passed }
    if !broken.isEmpty {
      blocks += [
        .warning("Controls of the gate itself did not come out as they must:"),
        list(broken.map { "\($0.name): \($0.finding)" }),
      ]
    }
    if !report.cautions.isEmpty { blocks.append(list(report.cautions)) }
    return blocks
  }

  private static func origin(_ origin: ChangeReport.Origin) -> String {
    origin.name + (origin.commit.map { ", commit \($0)" } ?? "")
  }
}

extension ChangeReport {
  /// A row for each cell: times, change, verdict and reason.
  fileprivate var table: Table {
    Table(
      columns: [
        .init("cell"), .init("verdict"), .init("change, %", .right), .init("base", .right),
        .init("head", .right), .init("reason"),
      ],
      rows: cells.map { cell in
        Table.Row([
          .init(Escaping.sentence(cell.id)),
          .init(cell.verdict.rawValue, tone: cell.verdict.tone),
          .init(cell.change?.columnText ?? "-"),
          .init(cell.base.map { Figures.seconds($0.value) } ?? "-"),
          .init(cell.head.map { Figures.seconds($0.value) } ?? "-"),
          .init(Escaping.sentence(cell.reason)),
        ])
      })
  }
}

/// Writes what two builds differ by as commands that a workflow of GitHub shows beside a change.
///
/// GitHub shows ten of a kind for a step and drops the others, so the most urgent come first, and the last
/// says how many there are besides. Nothing passes silently: a pass is one notice.
public enum GitHubAnnotations {
  /// Annotations of one kind that GitHub shows for a step.
  static let mostOfAKind = 10

  /// A line for each annotation, with a newline at the end.
  public static func render(_ report: ChangeReport) -> String {
    let whole = Annotation(
      title: "\(report.title): \(report.verdict.rawValue)", message: report.summary)
    func annotations(_ verdict: CompareVerdict) -> [Annotation] {
      (report.verdict == verdict ? [whole] : [])
        + report.cells.filter { $0.verdict == verdict }.map {
          Annotation(title: "\(verdict.rawValue): \($0.id)", message: $0.reason)
        }
    }
    let broken = report.controls.filter { !$0.passed }.map {
      Annotation(title: "broken control: \($0.name)", message: $0.finding)
    }
    let isGood = report.verdict == .pass || report.verdict == .improvement
    let kinds = [
      ("error", broken + annotations(.regression)), ("warning", annotations(.inconclusive)),
      ("notice", isGood ? [whole] : []),
    ]
    return kinds.map { kind, annotations in
      lines(annotations, kind)
    }.joined()
  }

  private static func lines(_ annotations: [Annotation], _ kind: String) -> String {
    guard annotations.count > mostOfAKind else {
      return annotations.map { $0.line(kind) }.joined()
    }
    let shown = mostOfAKind - 1
    let rest = Annotation(
      title: "and \(annotations.count - shown) more",
      message: "the step's summary and the JSON document have all of them")
    return (annotations.prefix(shown) + [rest]).map { $0.line(kind) }.joined()
  }

  private struct Annotation {
    let title: String
    let message: String

    func line(_ kind: String) -> String {
      "::\(kind) title=\(GitHubAnnotations.property(title))::\(GitHubAnnotations.data(message))\n"
    }
  }

  /// Text of a command (actions/toolkit, `escapeData`); line ends are spaces already.
  private static func data(_ text: String) -> String {
    escaped(text, ["%": "%25"])
  }

  /// A property of a command (actions/toolkit, `escapeProperty`).
  private static func property(_ text: String) -> String {
    escaped(text, ["%": "%25", ":": "%3A", ",": "%2C"])
  }

  /// By scalars: a mark that combines with a character does not hide it from the workflow's reader.
  private static func escaped(
    _ text: String, _ escapes: KeyValuePairs<Unicode.Scalar, String>
  ) -> String {
    var result = ""
    for scalar in Escaping.sentence(text).unicodeScalars {
      if let escape = escapes.first(where: { $0.key == scalar }) {
        result += escape.value
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
