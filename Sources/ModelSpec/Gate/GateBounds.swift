/// The slowdown to see and the one to accept, as fractions.
public struct GateBounds: Hashable, Sendable {
  /// The slowdown that must not go unseen, above `tolerance`.
  public var detect: Double
  /// The slowdown that is accepted.
  public var tolerance: Double

  /// Bounds; those of `GatePolicy` unless said otherwise.
  public init(
    detect: Double = GatePolicy.defaultDetect, tolerance: Double = GatePolicy.defaultTolerance
  ) {
    self.detect = detect
    self.tolerance = tolerance
  }
}

/// A name with `*` for any number of letters, as shells have it.
public struct NamePattern: Hashable, Sendable {
  private let pieces: [Substring]

  /// The pattern of a text.
  public init(_ text: String) {
    pieces = text.split(separator: "*", omittingEmptySubsequences: false)
  }

  /// Whether the whole name is of the pattern.
  public func matches(_ name: String) -> Bool {
    guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else {
      return pieces.first.map { $0 == name } ?? name.isEmpty
    }
    guard name.hasPrefix(first), name.hasSuffix(last), name.count >= first.count + last.count
    else { return false }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let place = rest.firstRange(of: piece) else { return false }
      rest = rest[place.upperBound...]
    }
    return true
  }
}

extension Substring {
  /// Where a text is found first.
  fileprivate func firstRange(of text: Substring) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
