import LayerSpec

/// Finds one dense feed-forward network in a file, alone or in its block, and brings its weights into the
/// canonical layout.
public struct NetworkReader: Sendable {
  /// The network in the file, `model.layers.3.mlp.`.
  public let prefix: String

  private let file: SafetensorsFile

  /// What a network is found by; Llama 4 has a name of its own.
  private static let landmarks = ["mlp.down_proj.weight", "feed_forward.down_proj.weight"]
  private static let output = "down_proj.weight"

  /// Finds the network by its last matrix.
  ///
  /// - Returns: `nil` for a file without a dense network.
  /// - Throws: `CheckpointError` when the file has several.
  public init?(file: SafetensorsFile) throws(CheckpointError) {
    let prefixes = Set(
      file.tensors.lazy.map(\.name)
        .filter { name in
          Self.landmarks.contains { name == $0 || name.hasSuffix(".\($0)") }
        }
        .map { String($0.dropLast(Self.output.count)) }
    ).sorted()
    guard let prefix = prefixes.first else { return nil }
    guard prefixes.count == 1 else { throw .severalLayers(prefixes: prefixes) }
    self.file = file
    self.prefix = prefix
  }

  /// The layer's number in its model, counted from 0; `nil` when the names do not tell.
  public var layerIndex: Int? {
    prefix.split(separator: ".").lazy.reversed().compactMap { Int($0) }.first
  }

  /// The network's weights.
  ///
  /// - Throws: `CheckpointError` naming the tensor that is missing, of another shape than `spec`
  ///   says, not of floats, or left over when everything in `spec` has been read.
  public func weights(for spec: FeedForwardSpec) throws(CheckpointError) -> FeedForwardWeights {
    var source = LayerTensors(file: file, prefix: String(prefix.dropLast()))
    let weights = try source.network(spec, "", ProjectionNames.projections)
    guard source.unread.isEmpty else { throw .unexpectedTensors(source.unread) }
    return weights
  }
}
