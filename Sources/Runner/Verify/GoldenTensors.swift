import Checkpoint

/// The inputs and outputs of a golden layer, `io.safetensors`.
///
/// | tensors | shape | what |
/// |---|---|---|
/// | `hidden_states`, `output` | [T, H] | one pass; of a block from position 0 on |
/// | `decode.hidden_states`, `decode.output` | [S, H] | of a block: S further tokens, one a pass |
/// | `batch.context.0`, `.1`, … | [tokens, H] | of a block: one pass of independent sequences, and |
/// | `cotangent`, `grad.hidden_states` | [T, H] | of a training step: the gradients by output and input |
/// | `batch.hidden_states`, `batch.output` | [sequences, H] | one further token of each |
struct GoldenTensors {
  private let file: SafetensorsFile
  private let hidden: Int

  init(_ bytes: [UInt8], hidden: Int) throws(GoldenLayerError) {
    do {
      file = try SafetensorsFile(bytes: bytes)
    } catch {
      throw GoldenLayerError("io.safetensors: \(error)")
    }
    self.hidden = hidden
  }

  /// The only pass of a layer that keeps nothing.
  func plainCase() throws(GoldenLayerError) -> GoldenCase {
    let (tokens, input, output) = try pair("")
    return GoldenCase(passes: [GoldenPass(tokens: tokens, input)], output: output)
  }

  /// A training step with the gradients of weights that came with it.
  func training(weights: [NamedTensor]) throws(GoldenLayerError) -> GoldenTraining {
    let (tokens, input) = try rows("hidden_states")
    return GoldenTraining(
      pass: GoldenPass(tokens: tokens, input),
      cotangent: try rows("cotangent", tokens: tokens).rows,
      gradients: StepGradients(
        input: try rows("grad.hidden_states", tokens: tokens).rows, weights: weights))
  }

  /// Prefill, and decoding where there are tensors of it.
  func blockCases() throws(GoldenLayerError) -> [GoldenCase] {
    let (tokens, input, output) = try pair("")
    let prefill = GoldenPass(tokens: tokens, input)
    var cases = [GoldenCase(name: "prefill", passes: [prefill], output: output)]
    if file["decode.hidden_states"] != nil {
      let (steps, input, output) = try pair("decode.")
      let passes = (0..<steps).map {
        GoldenPass(tokens: 1, Array(input[$0 * hidden..<($0 + 1) * hidden]))
      }
      cases.append(
        GoldenCase(name: "decode", passes: [prefill] + passes, compared: steps, output: output))
    }
    if file["batch.hidden_states"] != nil {
      let (sequences, input, output) = try pair("batch.")
      var contexts: [(tokens: Int, rows: [Float])] = []
      for index in 0..<sequences { contexts.append(try rows("batch.context.\(index)")) }
      cases.append(
        GoldenCase(
          name: "batch",
          passes: [
            GoldenPass(rows: contexts.map(\.tokens), contexts.flatMap(\.rows)),
            GoldenPass(rows: Array(repeating: 1, count: sequences), input),
          ], output: output))
    }
    return cases
  }

  /// Inputs and outputs of one name, of equally many rows.
  private func pair(
    _ prefix: String
  ) throws(GoldenLayerError) -> (tokens: Int, input: [Float], output: [Float]) {
    let (tokens, input) = try rows("\(prefix)hidden_states")
    let (_, output) = try rows("\(prefix)output", tokens: tokens)
    // An error is told relative to the largest output, and of nothing everything is a part.
    guard output.contains(where: { $0 != 0 }) else {
      throw GoldenLayerError(
        "io.safetensors: \(prefix)output is zero everywhere, so there is nothing to compare with; write "
          + "the outputs of other hidden_states")
    }
    return (tokens, input, output)
  }

  /// A tensor of rows of H elements.
  private func rows(
    _ name: String, tokens: Int? = nil
  ) throws(GoldenLayerError) -> (tokens: Int, rows: [Float]) {
    guard let tensor = file[name] else {
      throw GoldenLayerError("io.safetensors: there is no tensor \(name); write it, [tokens, H]")
    }
    guard tensor.shape.count == 2, tensor.shape[1] == hidden, tensor.shape[0] > 0,
      tensor.shape[0] == tokens ?? tensor.shape[0]
    else {
      throw GoldenLayerError(
        "io.safetensors: \(name) has shape \(tensor.shape) where "
          + "[\(tokens.map(String.init) ?? "tokens"), \(hidden)] is needed; write it again")
    }
    do {
      return (tensor.shape[0], try file.floats(name))
    } catch {
      throw GoldenLayerError("io.safetensors: \(error)")
    }
  }
}
