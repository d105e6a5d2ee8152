/// A chart as a file of its own.
public struct ChartFile: Hashable, Sendable {
  /// The file's name without a directory: safe and unique, whatever the records are about.
  public let name: String
  /// The file's text, an SVG document.
  public let text: String
}

extension Report {
  /// Every chart of the report, in the order of the page.
  public var chartFiles: [ChartFile] {
    var names = UniqueNames()
    return charts.map { chart in
      ChartFile(name: names.name(for: chart.id, otherwise: "chart") + ".svg", text: chart.svg)
    }
  }

  /// The pictures of all sections, in the order of the page.
  private var charts: [Chart] { illustratedPage.blocks.flatMap(\.charts) }
}

extension Page.Block {
  /// The charts in the block, also in what is folded.
  fileprivate var charts: [Chart] {
    switch self {
    case .chart(let chart): [chart]
    case .folded(_, let blocks): blocks.flatMap(\.charts)
    default: []
    }
  }
}
