import ModelSpec

extension Report {
  /// The report with its pictures, for a page that can show them.
  ///
  /// Of several records each is a part of its own, in the reader's order.
  public var illustratedPage: Page {
    var blocks: [Page.Block] = []
    switch sections.count {
    case 0: return Page([.title("Tenfold report"), .paragraph("There is no record.")])
    case 1:
      blocks.append(.title("Tenfold report: \(sections[0].named.record.machine.cpu)"))
      blocks += top(of: sections[0]) + IllustratedSection(sections[0]).blocks
    default:
      blocks = [
        .title("Tenfold report: \(sections.count) records"),
        .paragraph("Each record is judged alone: cells of two machines never decide one claim."),
      ]
      for (index, section) in sections.enumerated() {
        blocks.append(.heading(section.named.name))
        blocks += top(of: section)
        blocks += IllustratedSection(section, idPrefix: "r\(index + 1)-").blocks.map(\.deepened)
      }
    }
    let measured = sections.flatMap(\.named.record.cells).map(\.workload.kind)
    return Page(blocks + (measured.isEmpty ? [] : limits(of: WorkloadPhrases(measured))))
  }

  /// What must be known at once: the headline, the machine, and whatever spoils the figures.
  private func top(of section: Section) -> [Page.Block] {
    [.paragraph(Headline(section).sentence)] + head(section, claimsFirst: true)
      + section.named.record.cautions.map(Page.Block.warning)
  }
}

extension Page.Block {
  /// The block below one more heading.
  fileprivate var deepened: Page.Block {
    switch self {
    case .heading(let text, let level): .heading(text, level: level + 1)
    default: self
    }
  }
}
