import LayerSpec
import Tile

/// The micro-kernel of one instruction set, in the precision of the networks and in 32 bits for the
/// router.
public struct TileEngine: Sendable {
  /// What networks and projections are multiplied with.
  public let networks: TileKernels
  let router: TileKernels

  /// Kernels of a level that the CPU supports.
  public init(level: TileLevel, precision: Precision) {
    networks = TileKernels(level: level, precision: precision)
    router = precision == .f32 ? networks : TileKernels(level: level, precision: .f32)
  }

  /// Kernels of the CPU's best instruction set, or of the one that is asked for.
  ///
  /// - Parameter forcedLevel: A level's name, such as `v3`; `nil` for the best.
  public init(forcedLevel: String?, precision: Precision) throws(TileLevelError) {
    self.init(level: try TileLevel.choose(forced: forcedLevel), precision: precision)
  }

  /// The environment variable by which users ask for a lower instruction set.
  public static let levelVariable = TileLevel.variable

  /// The instruction set, such as `v4`.
  public var levelName: String { networks.level.rawValue }
}

/// Why an instruction set cannot be used, for callers that do not know the micro-kernel.
public typealias TileLevelError = Tile.TileLevelError
