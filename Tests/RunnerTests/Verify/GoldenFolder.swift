import FoundationEssentials
import LayerSpec
import Testing

@testable import Runner

/// The three files of a golden layer from `Tests/Golden`.
struct GoldenFolder {
  let name: String
  let config: [UInt8]
  let tensors: [UInt8]
  let io: [UInt8]

  init(_ name: String) throws {
    let folder = Self.root.appending(path: name)
    func bytes(_ file: String) throws -> [UInt8] {
      Array(try Data(contentsOf: folder.appending(path: file)))
    }
    self.name = name
    config = try bytes("config.json")
    tensors = try bytes("layer.safetensors")
    io = try bytes("io.safetensors")
  }

  /// Every folder there is.
  static let names: [String] = {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    } catch {
      preconditionFailure("the golden layers cannot be listed: \(error)")
    }
  }()

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden")
}

extension GoldenLayer {
  /// The layer as what all golden folders hold.
  var routed: RoutedLayer {
    get throws { try #require(layer as? RoutedLayer) }
  }

  /// The same inputs and outputs with other weights.
  func withWeights(_ weights: SparseLayerWeights) throws -> GoldenLayer {
    var changed = self
    changed.layer = RoutedLayer(spec: try routed.spec, weights: weights)
    return changed
  }
}
