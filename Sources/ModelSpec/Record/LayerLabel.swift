import LayerSpec

/// What records call a layer: its kind and its sizes, such as `sparse E=8 K=2 F=14336`.
///
/// The one place where such names are written and read: a record is held against the sizes that it names.
public struct LayerLabel: Hashable, Sendable, CustomStringConvertible {
  /// The kind: `dense`, `sparse`.
  public let kind: String
  /// Sizes by their letters, in the order of the name.
  public let sizes: [Size]

  /// One size of a layer, by its letter.
  public struct Size: Hashable, Sendable {
    /// The letter of the field's word: `E`.
    public let letter: String
    /// The value, which may be any number where a record was read.
    public let value: Int
  }

  /// The label of a layer with these sizes, in this order.
  public init(_ kind: String, _ sizes: KeyValuePairs<String, Int>) {
    self.kind = kind
    self.sizes = sizes.map { Size(letter: $0.key, value: $0.value) }
  }

  /// Reads a name; words that are no size are left out, for a later version may have them.
  public init(parsing name: String) {
    let words = name.split(separator: " ")
    kind = words.first.map(String.init) ?? ""
    sizes = words.dropFirst().compactMap { word in
      let parts = word.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let value = Int(parts[1]) else { return nil }
      return Size(letter: String(parts[0]), value: value)
    }
  }

  /// The size of that letter; `nil` for a layer whose name has none.
  public subscript(letter: String) -> Int? { sizes.first { $0.letter == letter }?.value }

  /// The label as records have it.
  public var description: String {
    ([kind] + sizes.map { "\($0.letter)=\($0.value)" }).joined(separator: " ")
  }
}

extension FFNLayerSpec {
  /// The label that records give the layer: `dense F=28672`, `sparse E=8 K=2 F=14336`.
  public var label: String {
    let label =
      switch self {
      case .dense(let network): LayerLabel("dense", ["F": network.intermediate])
      case .sparse(let layer):
        LayerLabel(
          "sparse", ["E": layer.experts, "K": layer.topK, "F": layer.expert.intermediate])
      }
    return label.description
  }
}

extension BlockSpec {
  /// The label that records give the block: `sparse E=8 K=2 F=14336 heads=32/8`, with what a query sees where that is
  /// not all, since layers of a model differ by it.
  public var label: String {
    let reach =
      switch attention.reach {
      case .all: ""
      case .window(let tokens): " window=\(tokens)"
      case .chunk(let tokens): " chunk=\(tokens)"
      }
    return "\(feedForward.label) heads=\(attention.heads)/\(attention.keyValueHeads)" + reach
  }
}
