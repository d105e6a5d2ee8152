import Testing

@testable import MoEKernel

@Suite struct MatrixTests {
  @Test(arguments: [(0, 0), (0, 3), (3, 0), (2, 3)])
  func startsAsZeros(rows: Int, columns: Int) {
    let matrix = Matrix(rows: rows, columns: columns)
    #expect(matrix.elements == [Float](repeating: 0, count: rows * columns))
  }

  @Test func isRowMajor() {
    let matrix = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4)
    #expect(matrix.row(0) == [1, 2, 3])
    matrix.setRow(0, to: [7, 8, 9])
    matrix[1, 2] = 0
    #expect(matrix.elements == [7, 8, 9, 4, 5, 0])
  }

  @Test func lendsItsElements() {
    let matrix = Matrix(rows: 2, columns: 2, elements: [1, 2, 3, 4])
    matrix.withMutableElements { elements in
      for index in elements.indices { elements[index] *= 10 }
    }
    #expect(matrix.withElements { $0[3] } == 40)
    #expect(matrix.withElements { $0.count } == 4)
  }

  /// 64 bytes always, 2 MiB when there is that much.
  @Test(arguments: [(1, 64), (1 << 19, 2 << 20), (1 << 19 + 1, 2 << 20)])
  func isAligned(count: Int, alignment: Int) {
    let buffer = AlignedBuffer<Float>(count: count)
    #expect(Int(bitPattern: buffer.base) % alignment == 0)
    #expect(buffer[count - 1] == 0)
  }

  @Test func refusesElementsOutside() async {
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2)[0, 2] }
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: 2, columns: 2).row(-1) }
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: .max, columns: 2) }
  }

  // MARK: Random elements

  @Test func fillsTheSameWithAnyThreads() {
    func filled(_ threads: Int, columns: Int) -> [Float] {
      let matrix = Matrix(rows: 40, columns: columns)
      matrix.fill(seed: 5, amplitude: 2, pool: WorkerPool(threads: threads))
      return matrix.elements
    }
    let one = filled(1, columns: 19)
    #expect(one == filled(3, columns: 19))
    // The value depends on row and column alone, not on how long a row is.
    #expect(Array(one.prefix(19)) == Array(filled(1, columns: 33).prefix(19)))
  }

  /// Mean, variance and extremes of 160 000 draws from ±2, within five standard errors.
  @Test func fillsUniformly() {
    let matrix = Matrix(rows: 400, columns: 400)
    matrix.fill(seed: 1, amplitude: 2, pool: WorkerPool(threads: 1))
    let values = matrix.elements.map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count
    // A uniform distribution in ±a has variance a²/3, and its squares have variance 4a⁴/45.
    #expect(abs(mean) < 5 * (4 / 3 / count).squareRoot())
    #expect(abs(variance - 4 / 3) < 5 * (64 / 45 / count).squareRoot())
    #expect(values.allSatisfy { $0 >= -2 && $0 < 2 })
    // 23 bits give 2²³ values: about n²/2²⁴ = 1526 of 160 000 coincide.
    #expect(Set(values).count > 158_000)
  }

  @Test func rowsAndSeedsDiffer() {
    let pool = WorkerPool(threads: 1)
    let (a, b) = (Matrix(rows: 2, columns: 64), Matrix(rows: 2, columns: 64))
    a.fill(seed: 1, pool: pool)
    b.fill(seed: 2, pool: pool)
    #expect(a.row(0) != a.row(1))
    #expect(a.row(0) != b.row(0))
    #expect(a.row(1) != b.row(0))
  }

  /// No thread's memory is near another's, each has what it asked for, and one alone has no more.
  @Test(arguments: [(1, 0), (1, 100), (2, 1), (3, 5000)])
  func memoryOfWorkersIsApart(workers: Int, count: Int) {
    let memory = WorkerMemory<Int64>(workers: workers, count: count)
    for worker in 0..<workers {
      #expect(Int(bitPattern: memory[worker]) % 64 == 0)
      for index in 0..<count {
        #expect(memory[worker][index] == 0)
        memory[worker][index] = Int64(worker)
      }
      if worker > 0 {
        #expect(
          memory[worker] - (memory[worker - 1] + count) >= (128 << 10) / MemoryLayout<Int64>.size)
      }
    }
    #expect((0..<workers).allSatisfy { count == 0 || memory[$0][count - 1] == Int64($0) })
    #expect(WorkerMemory<Float>.stride(100, workers: 1) == 128)
    #expect(WorkerMemory<Float>.stride(.max - 5, workers: 2) == .max)
    #expect(Matrix.scratchBytes(workers: 2, floats: .max) == .max)
    let scratch = Matrix.scratch(workers: workers, floats: count)
    #expect(scratch.rows == workers && scratch.columns >= count)
    #expect(
      Matrix.scratchBytes(workers: workers, floats: count) == 4 * workers * scratch.columns)
  }
}
