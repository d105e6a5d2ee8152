extension [Operation] {
  /// The operations of a training step, forward and then backward, of the pass that these are the operations of.
  ///
  /// Every product has two behind it, the gradients of its input and of its weights, as many FLOPs each: a step
  /// has exactly three times the FLOPs of a pass. Backward, weights are read once more and as many bytes of
  /// gradients are written; the rows that a layer takes from memory and gives back have gradients that it takes
  /// and gives as well, and its input is read again.
  public var trained: [Operation] {
    self
      + map { forward in
        var backward = forward
        backward.flops *= 2
        backward.weightBytes *= 2
        backward.activationBytes *= 1.5
        backward.flopsByRows = forward.flopsByRows.mapValues { 2 * $0 }
        return backward
      }.reversed()
  }
}
