/// Ids of pictures: unique within a report, and fit for file names, HTML and CSS.
struct PictureIDs {
  private let prefix: String
  private var used: Set<String> = []
  /// The number of the last picture with the same names.
  private var copies: [String: Int] = [:]

  /// Ids that all begin with `prefix`.
  init(prefix: String = "") {
    self.prefix = prefix
  }

  /// Letters of names that an id keeps.
  private static let longest = 80

  /// An id of some names, numbered when another picture has the same.
  mutating func next(_ names: [String]) -> String {
    let base = prefix + Self.slug(names)
    var id = base
    while !used.insert(id).inserted {
      copies[base, default: 1] += 1
      id = "\(base)-\(copies[base, default: 1])"
    }
    return id
  }

  /// Names in small letters, digits and single hyphens; names that have none of these vanish.
  static func slug(_ names: [String]) -> String {
    var slug = ""
    for scalar in names.joined(separator: "-").unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": slug.unicodeScalars.append(scalar)
      case "A"..."Z": slug += String(scalar).lowercased()
      default: if !slug.isEmpty, slug.last != "-" { slug += "-" }
      }
      if slug.utf8.count == longest { break }
    }
    while slug.last == "-" { slug.removeLast() }
    return slug
  }
}
