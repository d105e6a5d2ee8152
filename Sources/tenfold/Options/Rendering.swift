import ModelSpec
import Reporter

extension OutputOptions {
  /// A page or its document, in the format that was asked for.
  func render(_ page: Page, document: some Encodable) throws(Failure) -> String {
    switch resolvedFormat {
    case .text:
      return TextPage.render(page, width: width, style: usesColor ? .coloured : .plain)
    case .markdown: return MarkdownPage.render(page)
    case .html: return HTMLPage.render(page)
    case .json:
      do {
        return try JSONText.render(document)
      } catch {
        throw Failure(.mismatch, "internal error: \(error); please report it")
      }
    default: throw notOffered()
    }
  }

  /// A report in the format that was asked for.
  ///
  /// - Parameter details: whether text and Markdown hold everything, and not what one screen shows.
  func render(_ report: Report, details: Bool) throws(Failure) -> String {
    switch resolvedFormat {
    case .html: return HTMLPage.render(report.illustratedPage)
    case .csv:
      return report.others == nil
        ? CSVExport.render(report.sections.map(\.named))
        : CSVExport.render(verdicts: report.verdictOfEachClaim)
    case let format where DocumentFormat.forTimes.contains(format):
      return try render(
        report.sections.map { section in
          let named = section.named
          return .init(
            name: named.name, run: MeasuredRun(named),
            isComplete: named.record.status == .complete)
        })
    default:
      let page = details ? report.page : report.brief(width: width)
      return try render(page, document: report.document)
    }
  }

  /// A comparison in the format that was asked for.
  func render(_ comparison: RecordComparison) throws(Failure) -> String {
    try render(
      ChangeReport(comparison), page: comparison.page, document: comparison.document)
  }

  /// A gate's document in the format that was asked for.
  func render(_ document: GateDocument) throws(Failure) -> String {
    try render(ChangeReport(document), page: GateReport.page(of: document), document: document)
  }

  /// What two builds differ by, in the format that was asked for.
  ///
  /// - Parameters:
  ///   - page: what text, Markdown and HTML show.
  ///   - document: what JSON holds.
  func render(
    _ report: ChangeReport, page: @autoclosure () -> Page,
    document: @autoclosure () -> some Encodable
  ) throws(Failure) -> String {
    switch resolvedFormat {
    case .csv: return ChangeCSV.render(report)
    case .junit: return JUnitReport.render(report)
    case .githubSummary: return GitHubSummary.render(report)
    case .githubAnnotations: return GitHubAnnotations.render(report)
    case .openmetrics: return OpenMetrics.render(report)
    case let format where DocumentFormat.forTimes.contains(format):
      return try render([.init(name: report.head.name, run: report.run, isComplete: true)])
    default: return try render(page(), document: document())
    }
  }
}

/// Offers what the user may have meant.
enum Suggestion {
  /// `did you mean a, b or c`, or a clause that nothing known is similar.
  static func sentence(_ ids: [String]) -> String {
    guard let last = ids.last else { return "nothing known has a similar name" }
    let others = ids.dropLast().joined(separator: ", ")
    return "did you mean " + (others.isEmpty ? last : "\(others) or \(last)")
  }
}

extension AnalyticRatios {
  /// FLOP ratios of the catalogue's models, per token at the beginning of a sequence.
  static let catalogue = AnalyticRatios { candidate, baseline in
    guard let candidate = Catalogue.architecture(id: candidate)?.forwardFLOPs(tokens: 1),
      let baseline = Catalogue.architecture(id: baseline)?.forwardFLOPs(tokens: 1)
    else { return nil }
    return AnalyticRatio(
      wholeModel: Double(baseline.total) / Double(candidate.total),
      feedForward: Double(baseline.ffn) / Double(candidate.ffn))
  }
}
