import LayerSpec

/// A block's outputs in double precision by plain loops over the weights as they are stored, sharing no code
/// with a pass but the access to them; the feed-forward half has its own (`FeedForwardReference`).
extension BlockLayer {
  /// One row of the output of a prefill.
  public func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    referenceOutputs(of: input, tokens: [token], pool: pool)[0]
  }

  /// Several rows of the output of a prefill, for which keys and values of all tokens before the last of them
  /// are computed.
  public func referenceOutputs(
    of input: Matrix, tokens: [Int], pool: WorkerPool
  ) -> [[Double]] {
    precondition(input.columns == width, "the input is not of width \(width)")
    return streams(of: input, tokens: tokens, pool: pool).map {
      feedForwardReference(of: $0.map(Float.init), pool: pool)
    }
  }

  /// A row of a prefill between its halves.
  public func referenceStream(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    streams(of: input, tokens: [token], pool: pool)[0]
  }

  private func streams(of input: Matrix, tokens: [Int], pool: WorkerPool) -> [[Double]] {
    guard let last = tokens.max() else { return [] }
    let inputs = (0...last).map { input.row($0).map(Double.init) }
    let attended = SelfAttentionReference(attention, pool: pool)
      .outputs(of: inputs.map { normed($0, attentionNorms.before) }, tokens: tokens)
    return zip(tokens, attended).map { token, branch in
      added(branch, attentionNorms.after, to: inputs[token])
    }
  }

  /// What the last pass had between its halves, one row of it, and the same in double precision: of the
  /// feed-forward half's input and of the output.
  ///
  /// The attention is held against keys and values as they are in the cache but for the row's own, which are
  /// computed; the feed-forward half against the pass's own input of it, so that rounding before the router
  /// does not route otherwise.
  ///
  /// - Parameters:
  ///   - input: of the last pass.
  ///   - row: the last row of a sequence.
  public func referenceHalves(
    of input: Matrix, row: Int, workspace: BlockWorkspace, pool: WorkerPool
  ) -> (stream: [Float], expectedStream: [Double], expectedOutput: [Double]) {
    guard
      let span = workspace.spans.first(where: { $0.firstRow + $0.tokens - 1 == row })
    else { preconditionFailure("row \(row) is the last one of no sequence") }
    let own = input.row(row).map(Double.init)
    let branch = SelfAttentionReference(attention, pool: pool).output(
      of: normed(own, attentionNorms.before), position: span.position + span.tokens - 1,
      memory: workspace.memory, sequence: span.sequence)
    let stream = workspace.stream.row(row)
    return (
      stream, added(branch, attentionNorms.after, to: own),
      feedForwardReference(of: stream, pool: pool)
    )
  }

  /// What the feed-forward half makes of a row of the stream.
  private func feedForwardReference(of row: [Float], pool: WorkerPool) -> [Double] {
    let stream = row.map(Double.init)
    let normed = normed(stream, feedForwardNorms.before)
    let own = feedForward.referenceOutput(
      of: Matrix(rows: 1, columns: width, elements: normed.map(Float.init)), token: 0, pool: pool)
    return added(own, feedForwardNorms.after, to: stream)
  }

  private func normed(_ row: [Double], _ scale: Matrix?) -> [Double] {
    guard let scale else { return row }
    return Reference.norm(row, scale: scale, epsilon: spec.normEpsilon)
  }

  private func added(_ branch: [Double], _ scale: Matrix?, to row: [Double]) -> [Double] {
    zip(row, normed(branch, scale)).map { $0 + Double(spec.residualScale) * $1 }
  }
}
