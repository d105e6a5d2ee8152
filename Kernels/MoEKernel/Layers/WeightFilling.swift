/// Seeds for the tensors of one layer, so that a tensor keeps its numbers when a layer gains another.
struct SeedSequence {
  private let seed: UInt64

  init(_ seed: UInt64) { self.seed = seed }

  subscript(index: Int) -> UInt64 { seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) }
}

/// Makes `rows` random rows with the pool and gives each to `store`.
///
/// A row is made in a buffer of the worker and then handed over, so that every layout holds the same
/// numbers; the buffer stays in the cache and costs no memory traffic.
///
/// - Parameter home: where a row is stored. Threads of the NUMA node that it belongs to do so, and thereby
///   touch it first.
func fill(
  _ rows: Int, columns: Int, seed: UInt64, _ pool: WorkerPool,
  home: @escaping (_ row: Int) -> UnsafeRawPointer?,
  _ store: @escaping (_ row: Int, _ values: UnsafePointer<Float>) -> Void
) {
  let buffer = Matrix(rows: pool.threads, columns: columns)
  let amplitude = RandomFill.amplitude(inputs: columns)
  withExtendedLifetime(buffer) {
    let buffers = buffer.all
    // Consecutive rows lie in the same cache lines of a panel: eight at a time leave few threads that write to
    // one line.
    pool.forEach(
      rows, grain: 8, in: (store: store, home: home), home: { $0.home($1) }, staysHome: true
    ) { rows, worker, row in
      RandomFill.fill(
        buffers[worker], count: columns, row: UInt64(row), seed: seed, amplitude: amplitude)
      rows.store(row, buffers[worker])
    }
  }
}

/// Gives `body` each row of a canonical matrix, after checking that it has rows × columns elements.
func forEachRow(
  of elements: [Float], rows: Int, columns: Int,
  _ body: (_ row: Int, _ values: UnsafePointer<Float>) -> Void
) {
  precondition(
    elements.count == rows * columns,
    "\(elements.count) weights were given for a matrix of \(rows)×\(columns)")
  elements.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return }
    for row in 0..<rows { body(row, start + row * columns) }
  }
}

extension EngineMatrices {
  /// Fills the first matrix, which is mostly the only one, from canonical elements, row-major.
  func storeAll(_ elements: [Float]) {
    forEachRow(of: elements, rows: outputs, columns: inputs) { store($1, matrix: 0, row: $0) }
  }

  /// Fills all matrices with random elements, unless they are views of an arena and have some.
  func storeRandom(seed: UInt64, pool: WorkerPool) {
    if holdsWeights { return }
    fill(
      count * outputs, columns: inputs, seed: seed, pool,
      home: { [self] in
        address(of: WeightPlace(matrix: $0 / outputs, output: $0 % outputs))
      }
    ) { [self] row, values in
      store(values, matrix: row / outputs, row: row % outputs)
    }
  }
}

extension Matrix {
  /// One row, filled up with zeros to a multiple of the vector width.
  static func paddedRow(_ values: [Float]?, _ count: Int) -> Matrix {
    guard let values, values.count == count else {
      preconditionFailure("\(values?.count ?? 0) values were given where there are \(count)")
    }
    let padding = [Float](repeating: 0, count: paddedToVector(count) - count)
    return Matrix(rows: 1, columns: paddedToVector(count), elements: values + padding)
  }
}
