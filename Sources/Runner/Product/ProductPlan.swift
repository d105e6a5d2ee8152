import LayerSpec
import MoEKernel
import ModelSpec

/// What `tenfold gemm` is asked for, after parsing and defaults.
public struct ProductRequest: Sendable {
  /// M, rows of the input, one point for each and each engine.
  public var rows: [Int]
  /// N, outputs.
  public var outputs: Int
  /// K, inputs.
  public var inputs: Int
  /// Worker threads.
  public var threads: Int
  /// Bytes that matrices, rows and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64

  /// From one token to a long prompt, as many as an expert or a dense layer gets.
  public static let defaultRows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
  /// An expert's up and gate of Qwen3-30B-A3B together: 2·768 outputs.
  public static let defaultOutputs = 1536
  /// The hidden size of Qwen3-30B-A3B.
  public static let defaultInputs = 2048

  /// A request.
  public init(
    rows: [Int] = Self.defaultRows, outputs: Int = Self.defaultOutputs,
    inputs: Int = Self.defaultInputs, threads: Int, memoryBytes: Int,
    seed: UInt64 = RunRequest.defaultSeed
  ) {
    self.rows = rows
    self.outputs = outputs
    self.inputs = inputs
    self.threads = threads
    self.memoryBytes = memoryBytes
    self.seed = seed
  }
}

/// A sweep of products with the memory it takes, settled before anything is allocated.
public struct ProductPlan: Sendable {
  /// What was asked for.
  public let request: ProductRequest

  let engines: [Engine]

  /// The last-level caches that the threads can fill, as far as they are known.
  let cacheBytes: Int

  /// Copies of W for each engine: together as many times the last-level cache as a run's layers are, so
  /// that weights come from memory.
  let copies: [Int]

  /// - Throws: `PlanError.productMemory` with the arithmetic when the sweep does not fit.
  public init(
    _ request: ProductRequest, engines: [OpenedEngine], machine: MachineIdentity
  ) throws(PlanError) {
    precondition(!engines.isEmpty && engines.count <= 2, "one engine, or two that are compared")
    self.request = request
    self.engines = engines.map(\.engine)
    cacheBytes = machine.cacheBytes(threads: request.threads)
    let working = LayerPlan.cacheMultiple * cacheBytes
    let rows = request.rows.max() ?? 0
    var terms: [String] = []
    var copies: [Int] = []
    var total = 4 * rows * (request.inputs + request.outputs)
    terms.append("\(ByteCount(total)) for \(rows) rows in and out")
    let ceilingBytes = CeilingProbe.bufferBytes(cacheBytes: cacheBytes)
    terms.append("\(ByteCount(ceilingBytes)) for measuring read bandwidth")
    total += ceilingBytes
    for engine in engines.map(\.engine) {
      let copy = MatrixProduct.copyBytes(
        outputs: request.outputs, inputs: request.inputs, engine: engine)
      let count = max(1, (working + copy - 1) / copy)
      let scratch = MatrixProduct.workspaceBytes(
        inputs: request.inputs, maxRows: rows, threads: request.threads, engine: engine)
      terms.append(
        "\(ByteCount(count * copy)) for \(count) \(count == 1 ? "copy" : "copies") of W "
          + "(\(engine.name)) and \(ByteCount(scratch)) for scratch")
      copies.append(count)
      total += count * copy + scratch
    }
    self.copies = copies
    guard total <= request.memoryBytes else {
      throw .productMemory(
        arithmetic: terms.joined(separator: ", "), neededBytes: total,
        allowedBytes: request.memoryBytes)
    }
  }
}
