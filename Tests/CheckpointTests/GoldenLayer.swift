import FoundationEssentials
import LayerSpec

@testable import Checkpoint

/// A layer that Hugging Face transformers computed, from `Tests/Golden`.
struct GoldenLayer {
  /// What is learned.
  let layer: SafetensorsFile
  /// T×H, what went in.
  let hiddenStates: [Float]
  /// T×H, what came out.
  let output: [Float]

  init(_ family: String) throws {
    layer = try SafetensorsFile(bytes: Self.bytes(family, "layer.safetensors"))
    let io = try SafetensorsFile(bytes: Self.bytes(family, "io.safetensors"))
    hiddenStates = try io.floats("hidden_states")
    output = try io.floats("output")
  }

  /// A file of a golden folder.
  static func bytes(_ family: String, _ file: String) throws -> [UInt8] {
    let golden = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden")
    return Array(try Data(contentsOf: golden.appending(path: "\(family)/\(file)")))
  }
}
