import LayerSpec

/// One matrix that is multiplied with every token: outputs × inputs, with or without a bias.
///
/// Where a router chooses among several copies of the matrix (JetMoE's mixture of attention heads),
/// `copies` are stored and `used` of them take part for one token.
public struct LinearSpec: Hashable, Sendable {
  /// Columns, the width of the vector that is read.
  public let inputs: Int
  /// Rows, the width of the vector that is made.
  public let outputs: Int
  /// True when a bias of `outputs` elements is added.
  public let hasBias: Bool
  /// Copies of the matrix that the model has.
  public let copies: Int
  /// Copies that one token is multiplied with.
  public let used: Int

  /// A matrix; its size is checked when it becomes part of an `Architecture`.
  public init(_ inputs: Int, _ outputs: Int, hasBias: Bool = false, copies: Int = 1, used: Int = 1)
  {
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
    self.copies = copies
    self.used = used
  }

  /// Parameters of all copies.
  var parameters: Count {
    Count(copies) * (Count(inputs) * Count(outputs) + Count(hasBias ? outputs : 0))
  }

  /// Parameters of the copies that one token is multiplied with.
  var activeParameters: Count {
    Count(used) * (Count(inputs) * Count(outputs) + Count(hasBias ? outputs : 0))
  }
}
