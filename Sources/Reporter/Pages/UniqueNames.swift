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
