import LayerSpec
import MoEKernel
import ModelSpec

/// The matrix product alone as a layer to measure: rows of K elements times W[N×K], as the networks of a
/// layer are multiplied.
struct MatrixProductLayer: MeasurableLayer {
  /// N, rows of W.
  let outputs: Int
  /// K, columns of W.
  let inputs: Int

  var name: String { "W[\(outputs)×\(inputs)]" }

  /// A product is measured whole.
  var narrowestWidth: Int { outputs }

  func narrowed(by divisor: Int) -> MatrixProductLayer? { divisor == 1 ? self : nil }

  var segments: WeightSegments? { nil }

  var router: RouterShape? { nil }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {
    guard formats.projections.bytes(rows: outputs, columns: inputs) != nil else {
      throw UncountableLayer(
        "rows of \(inputs) weights cannot be stored in \(formats.projections); choose another --k")
    }
  }

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    part == .segment ? 0 : formats.projections.bytes(rows: outputs, columns: inputs) ?? .max
  }

  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    let rows = Saturating.product(
      workload.tokens, (inputs + outputs) * MemoryLayout<Float>.size)
    return Saturating.sum(
      rows,
      MatrixProduct.bytes(
        outputs: outputs, inputs: inputs, maxRows: workload.tokens, threads: threads,
        engine: engine, format: formats.projections))
  }

  /// Rows and results count nothing, for they stay in the caches.
  func operations(_ workload: Workload, formats: FormatPlan) -> [Operation] {
    let flops = 2 * outputs * inputs * workload.tokens
    return [
      Operation(
        .projection, flops: flops, format: formats.projections,
        weightBytes: Double(weightBytes(.common, formats: formats)),
        flopsByRows: [workload.tokens: Double(flops)])
    ]
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    PreparedProduct(self, copies: plan.copies, mostRows: workload.tokens, resources: resources)
  }
}

/// Matrices in memory with the rows of a point.
final class PreparedProduct: PreparedPass {
  private let layer: MatrixProductLayer
  private let copies: [MatrixProduct]
  private let workspace: MatrixProduct.Workspace
  private let resources: PassResources
  private var workload = Workload(.matrixProduct, tokens: 0)
  private var input = Matrix(rows: 0, columns: 0)
  private var output = Matrix(rows: 0, columns: 0)
  private var nextCopy = 0

  init(_ layer: MatrixProductLayer, copies count: Int, mostRows: Int, resources: PassResources) {
    self.layer = layer
    self.resources = resources
    copies = MatrixProduct.copies(
      count, outputs: layer.outputs, inputs: layer.inputs, seed: resources.seed,
      engine: resources.engine, format: resources.formats.projections, pool: resources.pool,
      in: resources.memory)
    workspace = copies[0].makeWorkspace(maxTokens: mostRows, pool: resources.pool)
  }

  /// Makes the rows; a product routes nothing.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    input = Matrix(rows: workload.tokens, columns: layer.inputs)
    input.fill(seed: seed &+ 1, pool: resources.pool)
    output = Matrix(rows: workload.tokens, columns: layer.outputs)
  }

  /// One product with the next copy of W, whatever the number: both sides may share the copies.
  func pass(_ number: Int) -> PassTime {
    let watch = Stopwatch()
    copies[nextCopy].forward(input, into: output, workspace: workspace, pool: resources.pool)
    let seconds = watch.seconds
    nextCopy = (nextCopy + 1) % copies.count
    let product = workspace.phases.projections
    return PassTime(
      measured: seconds, atFullWidth: seconds,
      phases: PhaseSeconds(
        productSeconds: product.wall, productBusySeconds: product.busy,
        productWaitingSeconds: product.waiting))
  }

  /// Compares the first, the middle and the last row with plain loops in double precision.
  func check(seed: UInt64) throws(PassFault) {
    let copy = copies[nextCopy]
    _ = pass(0)
    let tolerance = OutputCheck.productTolerance(
      inputs: layer.inputs, engine: resources.engine, format: resources.formats.projections)
    for row in Set([0, input.rows / 2, input.rows - 1]) {
      let error = OutputCheck.productError(
        of: output.row(row), input: input.row(row),
        expected: copy.referenceOutput(of: input, token: row, pool: resources.pool))
      guard error <= tolerance else { throw .wrongOutput(error: error, tolerance: tolerance) }
    }
  }

  var operations: [Operation] { layer.operations(workload, formats: resources.formats) }
}
