import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// A decoder block in memory, with its gradients and the inputs of a cell.
///
/// Copies take steps in turn and share gradients and scratch.
final class PreparedBlockTraining: PreparedPass {
  private let full: BlockSpec
  private let measured: BlockSpec
  private let divisor: Int
  private let resources: PassResources
  private let copies: [BlockLayer]
  private let step: BlockStep
  private var nextCopy = 0
  private var batches: [Matrix] = []
  private var cotangent: Matrix
  private var output: Matrix
  private var inputGradient: Matrix
  /// How the loaded batches used experts, each once a step has seen it.
  private var use: [[Int]?] = []
  /// Whether the first batch was found right.
  private var isChecked = false

  /// Allocates weights and gradients, and fills the weights from the seed.
  init(_ measured: BlockSpec, plan: LayerPlan, mostTokens: Int, resources: PassResources) {
    guard let full = plan.full.layer as? TrainedBlock else {
      preconditionFailure("\(plan.full.layer.name) is no block that is trained")
    }
    self.full = full.spec
    self.measured = measured
    self.resources = resources
    divisor = plan.divisor
    copies = (0..<plan.copies).map { _ in
      BlockLayer(
        spec: measured, seed: resources.seed, engine: resources.engine,
        formats: resources.formats, pool: resources.pool, in: resources.memory)
    }
    step = BlockStep(copies[0], maxTokens: mostTokens, pool: resources.pool)
    let none = { Matrix(rows: 0, columns: measured.hidden) }
    (cotangent, output, inputGradient) = (none(), none(), none())
  }

  /// Draws the batches and one gradient by the output for all of them.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    let (tokens, hidden) = (workload.tokens, measured.hidden)
    func random(_ purpose: String, _ count: Int) -> [Matrix] {
      var noise = SeededGenerator(seed: seed, purpose: purpose)
      return (0..<count).map { _ in
        let matrix = Matrix(rows: tokens, columns: hidden)
        for row in 0..<tokens { matrix.setRow(row, to: noise.normals(count: hidden)) }
        return matrix
      }
    }
    batches = random("activations of blocks", Batches.count)
    cotangent = random("gradients of outputs", 1)[0]
    output = Matrix(rows: tokens, columns: hidden)
    inputGradient = Matrix(rows: tokens, columns: hidden)
    use = Array(repeating: nil, count: Batches.count)
    isChecked = false
  }

  /// Runs one step on the batch of its number and on the next copy.
  ///
  /// At full width the networks of the feed-forward half take as many times longer as they are wider; all else
  /// takes what it took.
  func pass(_ number: Int) -> PassTime {
    let watch = Stopwatch()
    run(number % batches.count, copy: nextCopy)
    let seconds = watch.seconds
    nextCopy = (nextCopy + 1) % copies.count
    let narrowed = Double(divisor - 1) * step.phases.feedForward.networks.busy
    return PassTime(
      measured: seconds, atFullWidth: seconds + narrowed,
      phases: PhaseSeconds(step.phases, narrowed: narrowed))
  }

  private func run(_ batch: Int, copy: Int) {
    step.use(copies[copy])
    step.run(
      batches[batch], cotangent: cotangent, into: output, inputGradient: inputGradient,
      pool: resources.pool)
    if use[batch] == nil { use[batch] = step.tokensPerExpert }
  }

  /// Holds outputs, gradients of sampled rows and weights, and the gradient by the input of a few tokens against
  /// oracles; once for the loaded batches, since weights and inputs stay what they are.
  func check(seed: UInt64) throws(PassFault) {
    guard !isChecked, output.rows > 0 else { return }
    run(0, copy: 0)
    let row = min(Self.earlyRow, output.rows - 1)
    let expected = copies[0].referenceOutput(of: batches[0], token: row, pool: resources.pool)
    var error = OutputCheck.relativeError(output.row(row), expected: expected)
    let unit = Int(truncatingIfNeeded: seed % Self.manyUnits)
    for sample in step.samples(ofTokens: output.rows, unit: unit, pool: resources.pool) {
      error = max(error, OutputCheck.relativeError(sample.values, expected: sample.expected))
    }
    let tolerance = OutputCheck.trainingTolerance(
      for: measured, tokens: output.rows, engine: resources.engine, formats: resources.formats)
    guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
    let whole = step.inputGradientError(
      of: batches[0], cotangent: cotangent, pool: resources.pool)
    guard whole <= BlockStep.inputGradientTolerance else {
      throw .wrongOutput(error: whole, tolerance: BlockStep.inputGradientTolerance)
    }
    isChecked = true
  }

  private static let earlyRow = 5
  /// More than any layer has hidden units.
  private static let manyUnits: UInt64 = 1 << 20

  /// The mean over the batches that steps have seen; those that none went over yet get one.
  var operations: [ModelSpec.Operation] {
    let rows = SequenceRows(tokens: output.rows)
    guard full.feedForward.routed != nil else {
      return full.operations(
        rows, use: ExpertUse(distinctExperts: 0), formats: resources.formats
      ).trained
    }
    for batch in batches.indices where use[batch] == nil { run(batch, copy: 0) }
    return full.operations(
      rows, use: ExpertUse(tokensPerExpert: use.compactMap(\.self)), formats: resources.formats
    ).trained
  }
}
