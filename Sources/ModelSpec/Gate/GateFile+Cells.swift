import LayerSpec

extension GateFile {
  /// The usual suite: steps, small batches and prompts of feed-forward layers and blocks, routed and dense, with
  /// both engines and both formats, in sizes whose passes are short (4 to 45 ms on a Zen 3 server, 2026-11-30).
  public static let usualSuite = [
    Group(
      models: ["olmoe-1b-7b"], tokens: [1, 16, 256], engines: ["tile"],
      precisions: ["f32", "bf16"]),
    Group(models: ["olmoe-1b-7b"], tokens: [1, 16, 256], engines: ["blas"], precisions: ["f32"]),
    Group(models: ["qwen3-30b-a3b"], tokens: [1, 64], engines: ["tile"], precisions: ["f32"]),
    Group(models: ["llama3-8b"], tokens: [1, 16, 256], engines: ["tile"], precisions: ["f32"]),
    Group(
      models: ["olmoe-1b-7b"], workload: "block-decode", sequences: [1, 8], context: [1024],
      engines: ["tile"], precisions: ["f32"]),
    Group(
      models: ["olmoe-1b-7b"], workload: "block-forward", tokens: [64, 128], engines: ["tile"],
      precisions: ["f32"]),
    Group(
      models: ["gpt-oss-20b"], workload: "block-decode", sequences: [1], context: [1024],
      engines: ["tile"], precisions: ["bf16"]),
    Group(
      models: ["olmoe-1b-7b"], workload: "train-step", tokens: [64], engines: ["tile"],
      precisions: ["f32"]),
  ]

  /// The cells of a suite, each once.
  ///
  /// - Parameter threads: worker threads of every cell.
  public static func cells(of suite: [Group], threads: Int) -> [GateCell] {
    suite.flatMap { $0.cells(threads: threads) }.uniqued()
  }
}

extension GateFile.Group {
  fileprivate func cells(threads: Int) -> [GateCell] {
    let kind = WorkloadKind(rawValue: workload ?? WorkloadKind.usual.rawValue)
    let sizes = WorkloadSizes(
      tokens: tokens ?? [1], sequences: sequences ?? [1], context: context ?? [0])
    return models.flatMap { model in
      (engines ?? ["tile"]).flatMap { engine in
        (precisions ?? ["f32"]).flatMap { precision in
          sizes.workloads(kind).map { workload in
            GateCell(
              model: model, workload: kind, tokens: workload.tokens,
              sequences: workload.sequences, context: workload.context, threads: threads,
              engine: engine, precision: WeightFormat(named: precision))
          }
        }
      }
    }
  }
}
