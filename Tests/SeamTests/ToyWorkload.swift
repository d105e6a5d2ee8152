import LayerSpec
import MoEKernel
import ModelSpec
import Runner

/// A workload that Tenfold does not know: the output head of a model, one product of the vocabulary, for
/// the tokens of several sequences.
struct ToyWorkload: MeasurableWorkload {
  let kind = WorkloadKind(rawValue: "toy-head")
  let sizes: Set<Workload.Size> = [.tokens, .sequences]

  func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    guard case .named(let baseline) = pairing.baseline else {
      throw .uncountable(
        pairing: pairing.candidate.id, reason: "a head is held against another model's")
    }
    return PairedLayers(
      baseline: [PlannedLayer(ToyHead(baseline), count: 1)],
      candidate: [PlannedLayer(ToyHead(pairing.candidate), count: 1)])
  }
}

extension Workload {
  /// A row for each token of each sequence.
  fileprivate var rows: Int { tokens * sequences }
}

/// The head as it is measured.
struct ToyHead: MeasurableLayer {
  let vocabulary: Int
  let hidden: Int

  init(_ architecture: Architecture) {
    vocabulary = architecture.vocabulary
    hidden = architecture.hidden
  }

  var name: String { "head V=\(vocabulary)" }
  var narrowestWidth: Int { vocabulary }
  func narrowed(by divisor: Int) -> ToyHead? { divisor == 1 ? self : nil }
  var segments: WeightSegments? { nil }
  var router: RouterShape? { nil }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    guard formats.projections.bytes(rows: vocabulary, columns: hidden) != nil else {
      throw UncountableLayer("its rows are no whole blocks")
    }
  }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    part == .segment ? 0 : formats.projections.bytes(rows: vocabulary, columns: hidden) ?? .max
  }

  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    MatrixProduct.bytes(
      outputs: vocabulary, inputs: hidden, maxRows: workload.rows, threads: threads,
      engine: engine, format: formats.projections)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    let flops = 2 * vocabulary * hidden * workload.rows
    return [
      Operation(
        .projection, flops: flops, format: formats.projections,
        weightBytes: Double(weightBytes(.common, formats: formats)),
        flopsByRows: [workload.rows: Double(flops)])
    ]
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    ToyPass(self, resources)
  }
}

/// The head in memory, with one batch.
final class ToyPass: PreparedPass {
  private let head: ToyHead
  private let resources: PassResources
  private let product: MatrixProduct
  private var workload = Workload(WorkloadKind(rawValue: "toy-head"), tokens: 0)
  private var workspace: ProductWorkspace?
  private var input = Matrix(rows: 0, columns: 0)
  private var output = Matrix(rows: 0, columns: 0)

  init(_ head: ToyHead, _ resources: PassResources) {
    self.head = head
    self.resources = resources
    product = MatrixProduct(
      outputs: head.vocabulary, inputs: head.hidden, seed: resources.seed,
      engine: resources.engine, format: resources.formats.projections, pool: resources.pool)
  }

  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    workspace = product.makeWorkspace(maxTokens: workload.rows, pool: resources.pool)
    input = Matrix(rows: workload.rows, columns: head.hidden)
    input.fill(seed: seed, pool: resources.pool)
    output = Matrix(rows: workload.rows, columns: head.vocabulary)
  }

  func pass(_ number: Int) -> PassTime {
    guard let workspace else { preconditionFailure("nothing was loaded") }
    let clock = ContinuousClock()
    let duration = clock.measure {
      product.forward(input, into: output, workspace: workspace, pool: resources.pool)
    }
    let seconds = duration / .seconds(1)
    let multiplying = workspace.phases.projections
    return PassTime(
      measured: seconds, atFullWidth: seconds,
      phases: PhaseSeconds(
        productSeconds: multiplying.wall, productBusySeconds: multiplying.busy,
        productWaitingSeconds: multiplying.waiting,
        others: [Phase(rawValue: "toy-staging"): workspace.phases.dispatchSeconds]))
  }

  /// Sums of up to some hundred terms below √3 in magnitude; far above their rounding, far below a wrong
  /// weight.
  private static let tolerance = 1e-4

  func check(seed: UInt64) throws(PassFault) {
    _ = pass(0)
    let expected = product.referenceOutput(of: input, token: 0, pool: resources.pool)
    let error = zip(output.row(0), expected).map { abs(Double($0) - $1) }.max() ?? 0
    guard error <= Self.tolerance else {
      throw .wrongOutput(error: error, tolerance: Self.tolerance)
    }
  }

  var operations: [ModelSpec.Operation] {
    head.operations(workload, formats: resources.formats)
  }
}
