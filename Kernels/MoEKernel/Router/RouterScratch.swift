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
  private let floats: Matrix
  private let keys: AlignedBuffer<Int64>
  private let padded: Int
  private let keysPerWorker: Int

  init(workers: Int, choices: Int, topK: Int, groups: Int) {
    padded = paddedToVector(max(choices, groups))
    keysPerWorker = max(topK, groups, 2)
    floats = Matrix(rows: workers * 3, columns: padded)
    keys = AlignedBuffer(count: workers * keysPerWorker)
  }

  subscript(worker: Int) -> RouterScratch {
    let rows = floats.all
    return RouterScratch(
      scores: rows[worker * 3], choice: rows[worker * 3 + 1],
      keys: keys.base + worker * keysPerWorker, groups: rows[worker * 3 + 2])
  }
}
