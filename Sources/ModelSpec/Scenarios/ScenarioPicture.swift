/// Amounts of one unit in rows, each row a case: what the picture of a scenario shows.
public struct ScenarioPicture: Encodable, Hashable, Sendable {
  /// What is shown, in words.
  public let title: String
  /// The unit of all amounts; empty for ratios.
  public let unit: String
  /// The cases, in the order of reading.
  public let rows: [Row]

  /// A case with what it comes to by several ways.
  public struct Row: Encodable, Hashable, Sendable {
    /// The case in words: `image checks`, `40 % of tokens from images`.
    public let name: String
    /// What it comes to.
    public let amounts: [Amount]

    init(_ name: String, _ amounts: [Amount]) {
      self.name = name
      self.amounts = amounts
    }
  }

  /// What a case comes to by one way.
  public struct Amount: Encodable, Hashable, Sendable {
    /// The way in words, the same in all rows: `as claimed`.
    public let name: String
    /// What the number rests on.
    public let source: Source
    /// The number with its interval.
    public let value: Quantity

    init(_ name: String, _ source: Source, _ value: Quantity) {
      self.name = name
      self.source = source
      self.value = value
    }
  }

  /// What a number rests on, by which pictures choose its mark.
  public enum Source: String, Encodable, Hashable, Sendable, CaseIterable {
    /// Somebody's own number, such as today's bill.
    case given
    /// A claim.
    case claimed
    /// Arithmetic on published sizes.
    case counted
    /// Passes of this machine: of the candidate, or the ratio of both sides.
    case measured
    /// Passes of the candidate on this machine at a stated price.
    case priced
    /// Passes of this machine of what the candidate is held against.
    case baseline
  }

  init(_ title: String, unit: String = "", _ rows: [Row]) {
    self.title = title
    self.unit = unit
    self.rows = rows
  }
}

extension ScenarioPairing.Role {
  /// What numbers of this side rest on.
  var source: ScenarioPicture.Source { self == .candidate ? .measured : .baseline }
}
