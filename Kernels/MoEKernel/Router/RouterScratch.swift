/// What one worker needs to route one token: a few rows that stay in its L1 cache from token to token.
///
/// Rows are padded to vectors.
struct RouterScratch {
  /// Scores of all choices, which become weights.
  let scores: UnsafeMutablePointer<Float>
  /// Scores plus selection bias, masked by groups, by which experts are selected.
  let choice: UnsafeMutablePointer<Float>
  /// Keys of `TopK`: the K selected experts, the kept groups, or the best two of a group.
  let keys: UnsafeMutablePointer<Int64>
  /// Scores of the groups, where selection is limited to some.
  let groups: UnsafeMutablePointer<Float>
}

/// The scratch of all workers in two allocations, made with the workspace, so that routing allocates nothing.
final class RouterScratchPool {
  private let floats: WorkerMemory<Float>
  private let keys: WorkerMemory<Int64>
  private let padded: Int

  init(workers: Int, choices: Int, topK: Int, groups: Int) {
    padded = paddedToVector(max(choices, groups))
    floats = WorkerMemory(workers: workers, count: 3 * padded)
    keys = WorkerMemory(workers: workers, count: max(topK, groups, 2))
  }

  subscript(worker: Int) -> RouterScratch {
    let rows = floats[worker]
    return RouterScratch(
      scores: rows, choice: rows + padded, keys: keys[worker], groups: rows + 2 * padded)
  }
}
