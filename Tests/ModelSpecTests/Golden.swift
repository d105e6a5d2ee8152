import FoundationEssentials

@testable import ModelSpec

/// Test data beside this file, from sources that are not ours.
enum Golden {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appending(path: path)))
  }

  /// Parameters by name, counted by transformers (scripts/golden-parameters).
  static let parameters: [(name: String, count: Int)] = {
    guard let text = try? String(decoding: bytes("Golden/parameters.tsv"), as: UTF8.self) else {
      return []
    }
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "\t")
      guard fields.count == 2, let count = Int(fields[1]) else { return nil }
      return (String(fields[0]), count)
    }
  }()

  /// A configuration of Golden/configs.json.
  struct Case: Decodable {
    let name: String
    let config: [String: ConfigValue]
  }

  static func cases() throws -> [Case] {
    try JSONDecoder().decode([Case].self, from: Data(bytes("Golden/configs.json")))
  }

  /// `expected.json` of a golden layer.
  struct Expected: Decodable {
    let tokens: Int
    let layerParameters: Int
    let layerMatmulFlops: Int
  }

  static let families = [
    "deepseek_v2", "deepseek_v3", "gpt_oss", "granitemoe", "llama4_text", "mixtral",
    "muse_spark_text", "olmoe", "qwen2_moe", "qwen3_moe",
  ]
}
