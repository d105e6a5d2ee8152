import LayerSpec
import MoEKernel
import ModelSpec

/// A layer as a workload measures it: what a plan must know of it before anything is allocated, and the one
/// way to build it.
public protocol MeasurableLayer: Hashable, Sendable {
  /// What records call it: its kind and its sizes, such as `sparse E=8 K=2 F=14336`.
  var name: String { get }

  /// The smallest of the widths that a fraction may be taken of.
  var narrowestWidth: Int { get }

  /// The same layer with these widths divided exactly; `nil` when one does not divide.
  func narrowed(by divisor: Int) -> Self?

  /// Equal segments of the weights of which a few may stand for all; `nil` where all weights are needed.
  var segments: WeightSegments? { get }

  /// What recorded routing must fit; `nil` for a layer that routes nothing.
  var router: RouterShape? { get }

  /// Refuses a pass that cannot be counted, or weights that cannot be stored in such formats.
  ///
  /// - Throws: `UncountableLayer` with the reason.
  func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer)

  /// Bytes of the weights of one copy, or of one segment of them.
  func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int

  /// Bytes of one copy with what a pass needs besides, as an engine lays them out; `Int.max` where they
  /// cannot be counted.
  ///
  /// - Parameter residentSegments: segments in memory; `nil` for a layer without.
  func memoryBytes(
    residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int

  /// Bytes of what each copy keeps of the contexts behind which passes are, as a model's layers each do; 0 where
  /// they keep nothing.
  func contextBytes(_ workload: Workload, engine: any Engine) -> Int

  /// What one pass asks of the machine at the most, before any batch is drawn.
  func operations(_ workload: Workload, formats: FormatPlan) -> [Operation]

  /// Builds the copies of a plan, for workloads up to the given one.
  func prepare(_ plan: LayerPlan, for workload: Workload, with resources: PassResources)
    -> any PreparedPass
}

extension MeasurableLayer {
  /// 0: passes are behind nothing.
  public func contextBytes(_ workload: Workload, engine: any Engine) -> Int { 0 }
}

/// Segments of a layer's weights that are alike, such as routed experts.
public struct WeightSegments: Hashable, Sendable {
  /// All segments of the layer: E for experts.
  public var count: Int
  /// The fewest that a pass of one token reads: K for experts.
  public var least: Int
  /// The word for them in messages: `experts`.
  public var noun: String

  /// `count` segments, of which a token needs `least`.
  public init(count: Int, least: Int, noun: String) {
    self.count = count
    self.least = least
    self.noun = noun
  }
}

/// A part of a layer's weights.
public enum WeightPart: Hashable, Sendable {
  /// One of the segments, which are equally large.
  case segment
  /// Everything but the segments, which every pass reads: router, shared experts, projections.
  case common
}

/// Why a layer cannot be measured as asked.
public struct UncountableLayer: Error, Hashable, Sendable, CustomStringConvertible {
  /// The reason, as the end of a sentence.
  public let description: String

  /// A reason that continues `… cannot be measured: `.
  public init(_ description: String) { self.description = description }
}

/// What passes are built and run with.
public struct PassResources {
  /// The engine that multiplies.
  public var engine: any Engine
  /// Which role's matrices have which format.
  public var formats: FormatPlan
  /// The worker threads, idle between passes; all passes of a run share them.
  public var pool: WorkerPool
  /// The seed of all weights: one seed makes one layer, whatever the engine and the threads.
  public var seed: UInt64
  /// Where weights lie: as a rule in an arena that the layers of a run share.
  public var memory: WeightMemory

  /// Resources of passes; without an arena each layer allocates its own weights.
  public init(
    engine: any Engine, formats: FormatPlan, pool: WorkerPool, seed: UInt64,
    memory: WeightMemory = .own
  ) {
    self.engine = engine
    self.formats = formats
    self.pool = pool
    self.seed = seed
    self.memory = memory
  }
}
