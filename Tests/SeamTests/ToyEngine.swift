import LayerSpec
import MoEKernel

/// An engine that Tenfold does not know: it multiplies as another one does, says that it cuts rows one by
/// one, and measures such tiles by work of its own.
struct ToyEngine: Engine {
  let name: String
  private let inner: TileEngine

  init(name: String) throws {
    self.name = name
    inner = try TileEngine(forcedLevel: nil)
  }

  var variant: String { inner.variant }
  var formats: [WeightFormat] { [.f32] }
  var guessedFlopsPerSecond: Double { inner.guessedFlopsPerSecond }

  /// A rounding of one in a thousand, as int8 activations have.
  func activationError(_ format: WeightFormat) -> Double { 1e-3 }
  func tileRows(of rows: Int, format: WeightFormat) -> [Int]? { [Int](repeating: 1, count: rows) }
  func makeTileWork(format: WeightFormat, threads: Int) -> (any TileWork)? { ToyTileWork() }

  func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int {
    inner.matrixBytes(outputs: outputs, inputs: inputs, format: format)
  }

  func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int {
    inner.networkBytes(network, format: format)
  }

  func takesArena(_ format: WeightFormat) -> Bool { inner.takesArena(format) }

  func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineMatrices {
    inner.makeMatrices(
      count: count, outputs: outputs, inputs: inputs, format: format, in: memory)
  }

  func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineNetworks {
    inner.makeNetworks(count: count, spec: spec, format: format, in: memory)
  }

  func staging(_ format: WeightFormat) -> any RowStaging { inner.staging(format) }

  func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    inner.scratchElements(rows: rows, inputs: inputs, format: format)
  }
}

/// Tiles of one row, of which each task is a thousand products of one weight.
private final class ToyTileWork: TileWork {
  let mostRows = 1
  private var sum: Float = 0

  func run(rows: Int, tasks: Int, pool: WorkerPool) -> Int {
    let products = 1000
    for product in 0..<tasks * products { sum += Float(product & 1) * 0.5 }
    return 2 * tasks * products
  }
}
