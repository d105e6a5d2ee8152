import LayerSpec
import MoEKernel
import ModelSpec

/// Holds one short pass of a whole model against plain loops in double precision, layer for layer and at the head.
///
/// Each layer is given what the layer before it made, and not what the reference would have made: rounding before
/// a router sends a token elsewhere sooner or later, and everything behind it would be another computation.
struct EndToEndCheck {
  let plan: EndToEndPlan
  let model: DecoderModel
  let workspace: DecoderWorkspace
  let pool: WorkerPool

  /// Tokens of each sequence: more than a handful of keys, and few enough for plain loops.
  private static let mostTokens = 9

  /// - Throws: `RunError.wrongOutput` with the layer.
  func run() throws(RunError) -> EndToEndDocument.Check {
    let (sequences, limit) = (plan.request.sequences, plan.request.longestContext)
    let tokens = max(1, min(Self.mostTokens, min(limit, max(limit, sequences) / sequences)))
    var worst: (layer: Int, error: Double, tolerance: Double)?
    var ends: [[Float]] = []
    workspace.rewind(to: 0)
    model.forward(
      (0..<(tokens * sequences)).map { $0 * 7919 % plan.spec.vocabulary },
      rows: Array(repeating: tokens, count: sequences), workspace: workspace, pool: pool
    ) { passage in
      let spec = plan.spec.blocks[passage.layer]
      let tolerance = OutputCheck.tolerance(
        for: spec, keys: tokens, engine: plan.side.engine, formats: plan.side.formats)
      let error = error(of: passage, tokens: tokens, tolerance: tolerance)
      if error / tolerance > (worst.map { $0.error / $0.tolerance } ?? -1) || error.isNaN {
        worst = (passage.layer, error, tolerance)
      }
      ends = lastRows(of: sequences, tokens: tokens).map { passage.output.row($0) }
    }
    guard let worst else { preconditionFailure("a model without layers was planned") }
    guard worst.error <= worst.tolerance else {
      throw fault(
        "layer \(worst.layer + 1) of \(plan.spec.blocks.count)", worst.error, worst.tolerance)
    }
    return EndToEndDocument.Check(
      layers: worst.error / worst.tolerance, head: try headShare(behind: ends))
  }

  /// The last row of the first sequence and of the last.
  private func lastRows(of sequences: Int, tokens: Int) -> [Int] {
    Set([0, sequences - 1]).sorted().map { ($0 + 1) * tokens - 1 }
  }

  /// The largest error of what a layer's halves add to its rows, relative to that; of the first sequence also with
  /// keys and values that are computed anew.
  private func error(
    of passage: DecoderModel.Passage, tokens: Int, tolerance: Double
  ) -> Double {
    let block = model.blocks[passage.layer]
    var errors = lastRows(of: plan.request.sequences, tokens: tokens).flatMap { row in
      let halves = block.referenceHalves(
        of: passage.input, row: row, workspace: passage.workspace, pool: pool)
      return [
        OutputCheck.branchError(
          halves.stream, expected: halves.expectedStream, addedTo: passage.input.row(row),
          tolerance: tolerance),
        OutputCheck.branchError(
          passage.output.row(row), expected: halves.expectedOutput, addedTo: halves.stream,
          tolerance: tolerance),
      ]
    }
    let middle = tokens / 2
    errors.append(
      OutputCheck.branchError(
        passage.workspace.stream(row: middle),
        expected: block.referenceStream(of: passage.input, token: middle, pool: pool),
        addedTo: passage.input.row(middle), tolerance: tolerance))
    return errors.max() ?? 0
  }

  /// The largest error of the logits as a share of what rounding explains.
  private func headShare(behind ends: [[Float]]) throws(RunError) -> Double {
    let tolerance = OutputCheck.productTolerance(
      inputs: plan.spec.hidden, engine: plan.side.engine, format: plan.side.formats.projections)
    let rows = Set([0, plan.request.sequences - 1]).sorted()
    var share = 0.0
    for (row, end) in zip(rows, ends) {
      // Behind the norm, rows have the deviation 1.
      let error = OutputCheck.productError(
        of: workspace.logits.row(row), input: Array(repeating: 1, count: plan.spec.hidden),
        expected: model.referenceLogits(of: end, pool: pool))
      guard error <= tolerance else { throw fault("the output head", error, tolerance) }
      share = max(share, error / tolerance)
    }
    return share
  }

  private func fault(_ layer: String, _ error: Double, _ tolerance: Double) -> RunError {
    .wrongOutput(
      cell: plan.request.architecture.id, layer: layer, engine: plan.side.engine.name,
      error: error, tolerance: tolerance)
  }
}
