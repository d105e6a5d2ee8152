import LayerSpec
import MoEKernel
import ModelSpec
import Runner

/// A workload that Tenfold does not know and that has no tokens: each of several sequences reads its cache,
/// and its one row goes to one of a layer's experts.
struct ToyDecode: MeasurableWorkload {
  static let name = WorkloadKind(rawValue: "toy-decode")

  /// What reports need to judge it by.
  static let traits = WorkloadTraits(
    kind: name, pass: "one step of a toy's decoding", subject: "toy decoders",
    limits: "A toy says nothing of models.", sizes: [.sequences, .context],
    phases: [Phase(rawValue: "toy-cache")])

  let kind = Self.name
  let sizes: Set<Workload.Size> = [.sequences, .context]
  let routes = true

  func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
    guard case .named(let baseline) = pairing.baseline else {
      throw .unpairable(reason: "a toy is held against another model's")
    }
    func layers(_ architecture: Architecture) -> [PlannedLayer] {
      [PlannedLayer(ToyDecoder(architecture), count: 1)]
    }
    return PairedLayers(baseline: layers(baseline), candidate: layers(pairing.candidate))
  }
}

/// The layer: experts of V×H matrices, of which each sequence takes one.
struct ToyDecoder: MeasurableLayer {
  let outputs: Int
  let hidden: Int
  let experts = 2

  init(_ architecture: Architecture) {
    outputs = architecture.vocabulary
    hidden = architecture.hidden
  }

  var name: String { "decoder V=\(outputs)" }
  var narrowestWidth: Int { outputs }
  func narrowed(by divisor: Int) -> ToyDecoder? { divisor == 1 ? self : nil }
  var segments: WeightSegments? { nil }
  var router: RouterShape? { RouterShape(choices: experts, topK: 1) }

  /// Bytes of the cache, one row of the width for each token of each sequence.
  func cacheBytes(_ workload: Workload) -> Int {
    workload.sequences * workload.context * hidden * MemoryLayout<Float>.size
  }

  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {}

  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int {
    part == .segment
      ? 0 : experts * (formats.projections.bytes(rows: outputs, columns: hidden) ?? 0)
  }

  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    experts
      * MatrixProduct.bytes(
        outputs: outputs, inputs: hidden, maxRows: workload.rows, threads: threads,
        engine: engine, format: formats.projections)
      + cacheBytes(workload)
  }

  func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
    [
      Operation(
        Phase(rawValue: "toy-cache"), flops: 0, format: .f32, weightBytes: 0,
        stateBytes: Double(cacheBytes(workload))),
      Operation(
        .projection, flops: 2 * outputs * hidden * workload.rows, format: formats.projections,
        weightBytes: Double(weightBytes(.common, formats: formats))),
    ]
  }

  func prepare(
    _ plan: LayerPlan, for workload: Workload, with resources: PassResources
  ) -> any PreparedPass {
    ToyDecodePass(self, resources)
  }
}

/// The layer in memory, with one batch.
final class ToyDecodePass: PreparedPass {
  private let layer: ToyDecoder
  private let resources: PassResources
  private let products: [MatrixProduct]
  private var workload = Workload(ToyDecode.name, tokens: 1)
  private var workspaces: [ProductWorkspace] = []
  private var cache: [Float] = []
  /// The rows of each expert: every second sequence.
  private var rows: [Matrix] = []
  private var outputs: [Matrix] = []
  private var lastCacheSum: Float = 0

  init(_ layer: ToyDecoder, _ resources: PassResources) {
    self.layer = layer
    self.resources = resources
    products = MatrixProduct.copies(
      layer.experts, outputs: layer.outputs, inputs: layer.hidden, seed: resources.seed,
      engine: resources.engine, format: resources.formats.projections, pool: resources.pool)
  }

  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    self.workload = workload
    cache = Array(repeating: 0.5, count: workload.sequences * workload.context * layer.hidden)
    workspaces = products.map { $0.makeWorkspace(maxTokens: workload.rows, pool: resources.pool) }
    rows = tokensPerExpert.map { count in
      let matrix = Matrix(rows: count, columns: layer.hidden)
      matrix.fill(seed: seed, pool: resources.pool)
      return matrix
    }
    outputs = tokensPerExpert.map { Matrix(rows: $0, columns: layer.outputs) }
  }

  private var tokensPerExpert: [Int] {
    (0..<layer.experts).map { expert in
      (workload.sequences + layer.experts - 1 - expert) / layer.experts
    }
  }

  var routingStatistics: [RoutingStatistics] {
    [RoutingStatistics(tokensPerExpert: tokensPerExpert)]
  }

  func pass(_ number: Int) -> PassTime {
    let clock = ContinuousClock()
    let reading = clock.measure { lastCacheSum = cache.reduce(0, +) } / .seconds(1)
    let multiplying = clock.measure {
      for (expert, product) in products.enumerated() {
        product.forward(
          rows[expert], into: outputs[expert], workspace: workspaces[expert],
          pool: resources.pool)
      }
    }
    let seconds = multiplying / .seconds(1)
    return PassTime(
      measured: reading + seconds, atFullWidth: reading + seconds,
      phases: PhaseSeconds(
        productSeconds: seconds, productBusySeconds: seconds, productWaitingSeconds: 0,
        others: [Phase(rawValue: "toy-cache"): reading]))
  }

  /// Far above the rounding of sums of 64 terms, far below a wrong weight.
  private static let tolerance = 1e-4

  func check(seed: UInt64) throws(PassFault) {
    _ = pass(0)
    let expected = products[0].referenceOutput(of: rows[0], token: 0, pool: resources.pool)
    let error = zip(outputs[0].row(0), expected).map { abs(Double($0) - $1) }.max() ?? 0
    guard error <= Self.tolerance, lastCacheSum == Float(cache.count) / 2 else {
      throw .wrongOutput(error: error, tolerance: Self.tolerance)
    }
  }

  var operations: [ModelSpec.Operation] {
    layer.operations(workload, formats: resources.formats)
  }
}
