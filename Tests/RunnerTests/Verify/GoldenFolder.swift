import FoundationEssentials

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
