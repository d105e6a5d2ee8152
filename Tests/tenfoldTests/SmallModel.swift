import Foundation

/// A model that is built and measured in seconds.
private let smallModel = """
  {"model_type": "mixtral", "hidden_size": 512, "intermediate_size": 1024, "num_local_experts": 8,
   "num_experts_per_tok": 2, "num_hidden_layers": 2, "num_attention_heads": 4,
   "num_key_value_heads": 2, "vocab_size": 256}
  """

/// Runs `body` with a directory that has the small model's configuration in it.
func withSmallModel(_ body: (_ directory: URL, _ model: String) throws -> Void) throws {
  try withTemporaryDirectory { directory in
    let model = directory.appending(path: "small.json")
    try Data(smallModel.utf8).write(to: model)
    try body(directory, model.path)
  }
}
