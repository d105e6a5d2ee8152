import LayerSpec

/// What one step of a pass asks of the machine: the one basis of FLOP counts, byte counts, roofline, tile
/// remainder and explanation.
///
/// A pass is a list of operations that follow each other. Counts are of one layer; where batches
/// differ, they are means and may be fractional. FLOPs are whole: every token is sent to equally
/// many experts.
public struct Operation: Hashable, Sendable {
  /// The phase of the pass that its time belongs to.
  public var phase: Phase
  /// FLOPs of its matrix products: 2·m·n·k each.
  public var flops: Count
  /// The weight format, which also decides the arithmetic of its products.
  public var format: WeightFormat
  /// Bytes of the weights that it reads, each once, as they are stored.
  public var weightBytes: Double
  /// Bytes of activations that it reads from memory and writes to it, in 32-bit floats.
  ///
  /// What lies between two operations of a layer (gathered rows, the F-wide products) is assumed to
  /// stay in cache and is not counted.
  public var activationBytes: Double
  /// Bytes of state that it reads and writes, such as keys and values of earlier tokens.
  public var stateBytes: Double
  /// Bytes that it sends to other processes.
  public var interconnectBytes: Double
  /// FLOPs by the number of rows that are multiplied with the same weights, for an expert its
  /// tokens.
  ///
  /// An engine that cuts rows into tiles computes tiles of few rows below its peak.
  public var flopsByRows: [Int: Double]

  /// An operation; `flops` is 0 for one that only moves bytes.
  public init(
    _ phase: Phase, flops: some BinaryInteger, format: WeightFormat, weightBytes: Double,
    activationBytes: Double = 0, stateBytes: Double = 0, interconnectBytes: Double = 0,
    flopsByRows: [Int: Double] = [:]
  ) {
    self.phase = phase
    self.flops = Count(flops)
    self.format = format
    self.weightBytes = weightBytes
    self.activationBytes = activationBytes
    self.stateBytes = stateBytes
    self.interconnectBytes = interconnectBytes
    self.flopsByRows = flopsByRows
  }

  /// Bytes between memory and processor, which are all but those of the network.
  public var bytes: Double { weightBytes + activationBytes + stateBytes }
}

/// The operations of equal layers of one side.
public struct LayerWork: Hashable, Sendable {
  /// How many of them the side has.
  public var count: Int
  /// What one of them does, in order.
  public var operations: [Operation]

  /// `count` layers, each of which does these operations.
  public init(count: Int, operations: [Operation]) {
    self.count = count
    self.operations = operations
  }

  /// FLOPs of one layer.
  public var flops: Count { operations.reduce(0) { $0 + $1.flops } }

  /// Bytes of one layer between memory and processor, rounded to a whole number.
  public var bytes: Int { Int(operations.reduce(0) { $0 + $1.bytes }.rounded()) }
}

extension Sequence<LayerWork> {
  /// FLOPs of the side's pass.
  public var flops: Count { reduce(0) { $0 + Count($1.count) * $1.flops } }

  /// Bytes of the side's pass between memory and processor.
  public var bytes: Int { reduce(0) { $0 + $1.count * $1.bytes } }
}
