import LayerSpec

/// How many of a block's rows belong to each of equal sequences, and what is in their caches.
public struct SequenceRows: Hashable, Sendable {
  /// B, sequences.
  public let sequences: Int
  /// Rows of each.
  public let tokens: Int
  /// C, tokens that are in the cache of each already.
  public let context: Int

  /// Rows of a pass.
  public init(sequences: Int = 1, tokens: Int, context: Int = 0) {
    self.sequences = sequences
    self.tokens = tokens
    self.context = context
  }

  /// The rows of a workload's pass: a step of one token for each sequence where it has no tokens of its own.
  public init(_ workload: Workload) {
    self.init(
      sequences: workload.sequences, tokens: workload.tokens, context: workload.context)
  }

  /// Rows of all sequences.
  public var rows: Int { sequences * tokens }
}

extension BlockSpec {
  /// The operations of one pass, in order: the matrices around attention, attention, the feed-forward half.
  ///
  /// Attention is what its mask leaves: 2·heads·pairs·(key + value) FLOPs for the pairs of a query and a key
  /// that it sees, which for causal attention over T tokens are T·(T + 1)/2. What a cache keeps of tokens that
  /// are seen is read once for each sequence, and that of the pass is written. Latent attention behind cached
  /// tokens is counted as it is computed, in the latent space (`SelfAttentionSpec.pairFLOPs`).
  /// (`torch.utils.flop_counter` counts the square, and expands keys and values of all cached tokens again:
  /// `Architecture.operations(of:)`.)
  ///
  /// - Precondition: no size is negative.
  public func operations(
    _ rows: SequenceRows, use: ExpertUse, formats: FormatPlan
  ) -> [Operation] {
    var operations = attention.linearMaps.map { map -> Operation in
      let flops = 2 * Count(map.inputs) * Count(map.outputs) * Count(rows.rows)
      return Operation(
        .projection, flops: flops, format: formats.projections,
        weightBytes: formats.bytes(map.inputs * map.outputs, .projection),
        flopsByRows: [rows.rows: Double(flops)])
    }
    operations.append(attention.operation(rows))
    operations.readAndWrite(tokens: rows.rows, width: hidden)
    return operations + feedForward.operations(tokens: rows.rows, use: use, formats: formats)
  }
}

extension SelfAttentionSpec {
  /// The matrices that every token is multiplied with.
  public var linearMaps: [(inputs: Int, outputs: Int)] {
    let output = (inputs: outputWidth, outputs: hidden)
    guard let latent else {
      return [
        (hidden, queryWidth), (hidden, keysWidth), (hidden, valuesWidth), output,
      ]
    }
    let expand = (
      inputs: latent.rank, outputs: heads * (latent.plainWidth + valueWidth)
    )
    let compress = (inputs: hidden, outputs: latent.rank + latent.rotaryWidth)
    guard let rank = latent.queryRank else {
      return [(hidden, queryWidth), compress, expand, output]
    }
    return [(hidden, rank), (rank, queryWidth), compress, expand, output]
  }

  /// Pairs of a query and a key that it sees, one head and one sequence.
  func visiblePairs(tokens: Int, context: Int) -> Count {
    // The first `context + tokens` positions without those of the context: each sees this many.
    switch reach {
    case .all:
      return Count(tokens) * Count(context) + Count(tokens) * Count(tokens + 1) / 2
    case .window(let most):
      // Positions below the window see all before them, later ones the window.
      func upTo(_ positions: Int) -> Count {
        let growing = min(positions, most)
        return Count(growing) * Count(growing + 1) / 2
          + Count(positions - growing) * Count(most)
      }
      return upTo(context + tokens) - upTo(context)
    case .chunk(let size):
      func upTo(_ positions: Int) -> Count {
        let (whole, rest) = (positions / size, positions % size)
        return Count(whole) * Count(size) * Count(size + 1) / 2
          + Count(rest) * Count(rest + 1) / 2
      }
      return upTo(context + tokens) - upTo(context)
    }
  }

  /// FLOPs of a query and a key that it sees, of all heads: with expanded keys and values, or in the latent space,
  /// where a key has the rank and the shared part and a value the rank.
  ///
  /// The matrices that lead into the latent space and out of it have the FLOPs of those that expand.
  func pairFLOPs(isAbsorbed: Bool) -> Count {
    if isAbsorbed, let latent {
      return 2 * Count(heads) * Count(2 * latent.rank + latent.rotaryWidth)
    }
    return 2 * Count(heads) * Count(keyWidth + valueWidth)
  }

  /// Scores, softmax and sums of values alone, over keys and values as attention reads them: of a prompt of latent
  /// attention expanded ones, behind cached tokens the latent vectors.
  public func mixing(_ rows: SequenceRows) -> Operation {
    let isAbsorbed = isAbsorbed(context: rows.context)
    let pairs = Count(rows.sequences) * visiblePairs(tokens: rows.tokens, context: rows.context)
    let elements =
      rows.sequences * seenKeys(rows) * (isAbsorbed ? cachedWidth : keysWidth + valuesWidth)
    return Operation(
      .attention, flops: pairs * pairFLOPs(isAbsorbed: isAbsorbed), format: .f32, weightBytes: 0,
      stateBytes: Double(elements) * Double(MemoryLayout<Float>.size))
  }

  /// Keys of one sequence that any token of a pass sees.
  private func seenKeys(_ rows: SequenceRows) -> Int {
    rows.tokens == 0
      ? 0 : rows.context + rows.tokens - reach.first(seenBy: rows.context)
  }

  /// Scores and sums of values of one pass.
  fileprivate func operation(_ rows: SequenceRows) -> Operation {
    let pairs = Count(rows.sequences) * visiblePairs(tokens: rows.tokens, context: rows.context)
    let moved = Double(rows.sequences) * Double(seenKeys(rows) + rows.tokens)
    return Operation(
      .attention, flops: pairs * pairFLOPs(isAbsorbed: isAbsorbed(context: rows.context)),
      format: .f32, weightBytes: 0,
      stateBytes: moved * Double(cachedWidth) * Double(MemoryLayout<Float>.size))
  }
}
