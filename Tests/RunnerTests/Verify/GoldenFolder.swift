import FoundationEssentials
import LayerSpec
import ModelSpec
import Testing

@testable import Runner

/// The three files of a golden layer from `Tests/Golden`.
struct GoldenFolder {
  let name: String
  let config: [UInt8]
  let tensors: [UInt8]
  let io: [UInt8]
  /// Of a training step; `nil` for other layers.
  let gradients: [UInt8]?

  init(_ name: String) throws {
    try self.init(name, in: Self.root)
  }

  /// A folder of `Tests/GoldenBlocks`.
  init(block name: String) throws {
    try self.init(name, in: Self.blocks)
  }

  /// A folder of `Tests/GoldenTraining`.
  init(training name: String) throws {
    try self.init(name, in: Self.training)
  }

  private init(_ name: String, in root: URL) throws {
    let folder = root.appending(path: name)
    func bytes(_ file: String) throws -> [UInt8] {
      Array(try Data(contentsOf: folder.appending(path: file)))
    }
    self.name = name
    config = try bytes("config.json")
    tensors = try bytes("layer.safetensors")
    io = try bytes("io.safetensors")
    gradients = try? bytes("gradients.safetensors")
  }

  /// Every folder of a mixture-of-experts layer there is.
  static let names = list(root)
  /// Every folder of a decoder block there is.
  static let blockNames = list(blocks)

  /// Every folder of a training step there is.
  static let trainingNames = list(training)

  private static func list(_ folder: URL) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      preconditionFailure("the golden layers cannot be listed: \(error)")
    }
  }

  private static let tests = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let root = tests.appending(path: "Golden")
  private static let blocks = tests.appending(path: "GoldenBlocks")
  private static let training = tests.appending(path: "GoldenTraining")
}

extension Verifier {
  /// The result of a layer with one case.
  func onlyResult(
    _ golden: GoldenLayer, family: String, directory: String
  ) throws -> VerifyResult {
    let results = try verify(golden, family: family, directory: directory)
    try #require(results.count == 1)
    return results[0]
  }
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
