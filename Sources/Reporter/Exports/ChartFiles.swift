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

/// Gives out names that are safe as `id` attributes, link targets and file names, each only once.
struct UniqueNames {
  private var taken: Set<String>

  /// - Parameter reserved: names that are taken from the beginning.
  init(reserved: Set<String> = []) {
    taken = reserved
  }

  /// A name made from `text`, with a number behind it when the name alone is taken.
  mutating func name(for text: String, otherwise fallback: String) -> String {
    let slug = Self.slug(text)
    let stem = slug.isEmpty ? fallback : slug
    var name = stem
    var copy = 2
    while !taken.insert(name).inserted {
      name = "\(stem)-\(copy)"
      copy += 1
    }
    return name
  }

  /// Letters and digits of ASCII in lower case, everything else one hyphen between them.
  ///
  /// What comes out cannot leave its directory, hide as a dot file, pass for an option or be too long
  /// for a file system, whatever went in.
  static func slug(_ text: String) -> String {
    var slug = ""
    for scalar in text.unicodeScalars {
      if slug.utf8.count == longest { break }
      switch scalar {
      case "a"..."z", "0"..."9": slug.unicodeScalars.append(scalar)
      case "A"..."Z": slug += scalar.properties.lowercaseMapping
      default: if let last = slug.last, last != "-" { slug += "-" }
      }
    }
    if slug.last == "-" { slug.removeLast() }
    return slug
  }

  /// Characters of a name: far below the 255 bytes of Linux's file systems, enough to tell two
  /// architectures and a workload.
  private static let longest = 100
}
