import FoundationEssentials

@testable import ModelSpec

/// Test data from sources that are not ours: counts beside this file, layers in Tests/Golden.
enum Golden {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appending(path: path)))
  }

  /// What transformers counted for one model (scripts/golden-counts).
  struct Counts {
    let name: String
    let parameters: Int
    /// FLOPs of 21 tokens, `nil` for large models and recurrences.
    let flops: Int?

    static let tokens = 21
  }

  static func counts() throws -> [Counts] {
    let text = try String(decoding: bytes("Golden/counts.tsv"), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "\t")
      guard fields.count == 3, let parameters = Int(fields[1]) else { return nil }
      return Counts(name: String(fields[0]), parameters: parameters, flops: Int(fields[2]))
    }
  }

  /// Configurations by name: the classes' defaults, and small ones with every switch thrown.
  static func configs() throws -> [String: [String: ConfigValue]] {
    struct Case: Decodable {
      let name: String
      let config: [String: ConfigValue]
    }
    let cases = try JSONDecoder().decode([Case].self, from: Data(bytes("Golden/configs.json")))
    return Dictionary(uniqueKeysWithValues: cases.map { ($0.name, $0.config) })
  }

  /// `expected.json` of a golden layer.
  struct Expected: Decodable {
    let tokens: Int
    let layerParameters: Int
    let layerMatmulFlops: Int
  }

  static func expected(_ family: String) throws -> Expected {
    try DocumentCoding.decoder.decode(
      Expected.self, from: Data(bytes("../Golden/\(family)/expected.json")))
  }

  static func configJSON(_ family: String) throws -> [UInt8] {
    try bytes("../Golden/\(family)/config.json")
  }

  static let families = [
    "deepseek_v2", "deepseek_v3", "dots1", "ernie4_5_moe", "flex_olmo", "glm4_moe", "gpt_oss",
    "granitemoe", "hunyuan_v1_moe", "jamba", "llama4_text", "minimax_m2", "mixtral",
    "muse_spark_text", "olmoe", "phimoe", "qwen2_moe", "qwen3_moe", "qwen3_next",
  ]
}
