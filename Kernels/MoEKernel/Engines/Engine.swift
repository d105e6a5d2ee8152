import LayerSpec

/// What multiplies: it makes matrices and networks of a weight format and multiplies them in a layout of
/// its own.
///
/// Layers are written against this protocol and the two that it makes, `EngineMatrices` and
/// `EngineNetworks`, and know no engine. An engine is one conformer; `CONTRIBUTING.md` says where it is
/// made known. Formats belong to matrices: one engine may hold matrices of several.
///
/// What an engine computes must not depend on threads or time. It is called by all threads of a pool at
/// once, each with scratch of its own.
public protocol Engine: Sendable {
  /// The name that options and records carry, such as `blas`.
  var name: String { get }

  /// Which build of the engine this is, such as the instruction set `v4`.
  ///
  /// Engines of equal name and variant lay out matrices, stage rows and need scratch alike, so that a
  /// workspace made for one may be used with the other.
  var variant: String { get }

  /// The formats that it multiplies: those that it has products for, then those of its codecs.
  ///
  /// `f32` is always among them, because routers have no other format.
  var formats: [WeightFormat] { get }

  /// Root mean square of the relative error by which products round activations before they meet such
  /// weights, as dot products of bf16 pairs do; 0 where they stay 32-bit floats.
  func activationError(_ format: WeightFormat) -> Double

  /// Whether matrices and networks of 32-bit floats are `TrainableMatrices` and `TrainableNetworks`.
  var trains: Bool { get }

  /// FLOP/s that one thread may reach, guessed before anything was measured.
  ///
  /// It only decides at which width a first pass is tried, so a wrong guess costs time and nothing else.
  var guessedFlopsPerSecond: Double { get }

  // MARK: Cuts

  /// The rows of each tile that a product of `rows` rows is cut into; `nil` for a format whose products
  /// are not cut, or whose speed the tiles do not decide.
  func tileRows(of rows: Int, format: WeightFormat) -> [Int]?

  /// What measures products of every number of rows in cache; `nil` where `tileRows` is.
  ///
  /// - Parameter threads: the most that will ever work at once.
  func makeTileWork(format: WeightFormat, threads: Int) -> (any TileWork)?

  // MARK: Matrices

  /// Bytes of one matrix; `Int.max` where they cannot be counted: a format that is not multiplied, a row
  /// that is no whole number of blocks, more than 63 bits.
  func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int

  /// Bytes of the matrices of one network, biases apart; `Int.max` where they cannot be counted.
  func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int

  /// Matrices of zeros, or of what an arena holds.
  ///
  /// An arena is an offer: matrices that do not take it (`holdsWeights`) are zeros and are stored.
  ///
  /// - Precondition: `matrixBytes` counts them.
  func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineMatrices

  /// Networks of zeros, or of what an arena holds, as `makeMatrices` has it.
  ///
  /// - Precondition: `networkBytes` counts them.
  func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineNetworks

  /// Whether matrices of such weights are views of an arena that is offered to them (`holdsWeights`).
  ///
  /// A plan counts the memory of those that are not for every cell that is open at once.
  func takesArena(_ format: WeightFormat) -> Bool

  // MARK: What a pass needs

  /// The order in which products of such weights read rows; the one object for every call.
  func staging(_ format: WeightFormat) -> any RowStaging

  /// Floats of scratch that one worker needs for a product, or for the first half of a network, of up to
  /// `rows` rows of `inputs` elements.
  ///
  /// Scratch begins on a cache line when this is a multiple of 16.
  func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int
}

extension Engine {
  /// True when the engine multiplies weights of this format, by products of its own or through a codec.
  public func supports(_ format: WeightFormat) -> Bool { formats.contains(format) }

  /// True when rows are brought into an order of the engine's before they meet such weights.
  public func stagesRows(_ format: WeightFormat) -> Bool { !staging(format).keepsRows }

  /// False, as for every engine that stores weights itself.
  public func takesArena(_ format: WeightFormat) -> Bool { false }

  /// False, as for every engine that has forward products alone.
  public var trains: Bool { false }

  /// 0, as for every engine that computes with 32-bit floats.
  public func activationError(_ format: WeightFormat) -> Double { 0 }

  /// `nil`, as for every engine that cuts rows into no tiles of its own.
  public func tileRows(of rows: Int, format: WeightFormat) -> [Int]? { nil }

  /// `nil`, as `tileRows`: without tiles there is nothing to measure.
  public func makeTileWork(format: WeightFormat, threads: Int) -> (any TileWork)? { nil }

  /// Name and variant: a workspace that was made for one engine serves those of equal identity.
  var identity: String { "\(name) \(variant)" }

  /// Stops with a sentence unless every role of the plan has a format that is multiplied here.
  func require(_ formats: FormatPlan) {
    for format in formats.formats {
      precondition(supports(format), "the engine \(name) does not multiply \(format) weights")
    }
  }
}
