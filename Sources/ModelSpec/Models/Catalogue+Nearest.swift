extension Catalogue {
  /// The id most like `text`, for "did you mean"; `nil` when none is near.
  ///
  /// Likeness is the Levenshtein distance, without regard to case; an id that begins with the text
  /// comes first, and one that takes edits to more than half of its letters is not offered.
  ///
  /// - Parameter others: further ids that may have been meant.
  public static func nearest(_ text: String, besides others: [String] = []) -> String? {
    nearest(text, among: others + entries.map(\.id))
  }

  /// The name among `names` that is most like `text`, by the same rule.
  public static func nearest(_ text: String, among names: [String]) -> String? {
    let wanted = text.lowercased()
    guard !wanted.isEmpty else { return nil }
    if let completion = names.first(where: { $0.hasPrefix(wanted) }) { return completion }
    let candidates = names.map { (name: $0, distance: distance(wanted, $0)) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }),
      best.distance * 2 <= best.name.utf8.count
    else { return nil }
    return best.name
  }

  /// The Levenshtein distance of two words, in bytes of UTF-8.
  static func distance(_ first: String, _ second: String) -> Int {
    let columns = Array(second.utf8)
    var previous = Array(0...columns.count)
    for (row, letter) in first.utf8.enumerated() {
      var current = [row + 1]
      for (column, other) in columns.enumerated() {
        let replaced = previous[column] + (letter == other ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[columns.count]
  }
}
