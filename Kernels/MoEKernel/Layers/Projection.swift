/// One whole product Y = X·Wᵀ as independent tasks: the router, and the projections into and out of a
/// latent space.
///
/// How it is cut depends on the shapes alone, never on the threads, so that results are the same to
/// the last bit with any number of them.
struct Projection {
  private let matrices: any EngineMatrices
  private let input: Rows
  private let result: Rows
  private let block: Int
  private let blocks: Int
  private let pieces: Int
  private let piecesPerTask: Int

  /// Tasks, in any order.
  let tasks: Int

  init(_ matrices: any EngineMatrices, input: Rows, into result: Rows) {
    self.matrices = matrices
    self.input = input
    self.result = result
    // A router has few outputs: cut in four, and many rows in strips, it still makes enough tasks. Every strip
    // reads the weights again, which are few where outputs are few.
    let isNarrow = matrices.outputs < Self.wide
    let strip = isNarrow ? 64 : 512
    piecesPerTask = max(1, strip / matrices.staging.rowsPerPiece)
    pieces = matrices.staging.pieces(rows: input.count)
    let preferred = matrices.block(rows: min(input.count, strip))
    let quarter = ((matrices.outputs + 3) / 4).roundedUp(toMultipleOf: matrices.outputUnit)
    block = isNarrow ? min(preferred, quarter) : preferred
    blocks = (matrices.outputs + block - 1) / block
    tasks = blocks * ((pieces + piecesPerTask - 1) / piecesPerTask)
  }

  /// Outputs from which blocks alone make enough tasks, so that strips may be long.
  private static let wide = 2048

  /// Where the weights of a task begin.
  func address(ofTask task: Int) -> UnsafeRawPointer? {
    matrices.address(of: WeightPlace(matrix: 0, output: task % blocks * block))
  }

  /// Multiplies one strip of rows by one block of outputs.
  ///
  /// Tasks of one strip follow each other, so that its rows are still in a cache.
  func perform(_ task: Int, scratch: UnsafeMutablePointer<Float>) {
    let firstPiece = task / blocks * piecesPerTask
    let first = task % blocks * block
    matrices.multiply(
      matrix: 0, outputs: first..<min(first + block, matrices.outputs), input: input,
      pieces: firstPiece..<min(firstPiece + piecesPerTask, pieces),
      into: result.part(from: 0, count: input.count, column: first), scratch: scratch, next: nil)
  }
}
