import MoEKernel

/// How much of a layer is kept in memory: how many segments (routed experts), and how many copies that passes take
/// in turn.
///
/// A pass must find its weights in memory and not in a cache, as those of a whole model do. So what is read between
/// two reads of one weight has to be several times the last-level caches, which do not simply forget what is
/// oldest.
enum Residence: Hashable {
  /// All segments; copies until even what every pass reads has left the caches, of `enoughCaches` at most.
  case whole
  /// Segments of `enoughCaches`, and copies likewise.
  case enough
  /// Where memory is short: segments and copies of `fewestCaches`, whatever a pass reads of them.
  case fewest
  /// Where two processes take turns: half of `fewest`, since the other reads as much in between.
  ///
  /// Either writes its weights anew in every pair of a gate, which on a host that takes free memory back costs more
  /// than writing them does.
  case alternating

  /// Bytes between two reads of a weight, as a multiple of the last-level caches, behind which hardly anything is
  /// found there.
  static let fewestCaches = 8

  /// Four times what is needed for segments to have left the caches before their next visit.
  ///
  /// More would change no pass, and every gigabyte takes its time to fill.
  static let enoughCaches = 4 * fewestCaches

  /// Weights that every pass reads, as a share of all that a pass reads, below which it does not matter where they
  /// are found.
  ///
  /// Attention is a fifth of what a step of Granite 3.0 1B A400M's block reads, and came again after a third of
  /// `fewestCaches`: steps took 2 to 5 % less time than with four times as many copies, which a share of a
  /// sixteenth makes 2 % at most.
  private static let leastCommonShare = 1.0 / 16

  /// Of so many segments those that are kept.
  ///
  /// - Parameters:
  ///   - least: that one token needs.
  ///   - bytes: of one.
  func segments(of count: Int, least: Int, bytes: Int, cacheBytes: Int) -> Int {
    guard let caches else { return count }
    return min(count, max(least, Self.pieces(of: bytes, in: caches, cacheBytes)))
  }

  /// How many copies passes take in turn.
  ///
  /// - Parameters:
  ///   - bytes: of one.
  ///   - read: what a pass of one token reads.
  ///   - commonShare: weights that every pass reads as a share of that, of the layer at full width.
  func copies(bytes: Int, read: Int, commonShare: Double, cacheBytes: Int) -> Int {
    let fewest = Self.pieces(
      of: bytes, in: min(caches ?? Self.fewestCaches, Self.fewestCaches), cacheBytes)
    let keepsEnough = self == .whole || self == .enough
    guard keepsEnough, commonShare > Self.leastCommonShare else { return fewest }
    let enough = Self.pieces(of: bytes, in: Self.enoughCaches, cacheBytes)
    return min(enough, Self.pieces(of: read, in: Self.fewestCaches, cacheBytes))
  }

  /// Segments that are kept, as a multiple of the last-level caches; `nil` for all.
  private var caches: Int? {
    switch self {
    case .whole: nil
    case .enough: Self.enoughCaches
    case .fewest: Self.fewestCaches
    case .alternating: Self.fewestCaches / 2
    }
  }

  /// How many pieces of so many bytes come to so many caches, at least one.
  private static func pieces(of bytes: Int, in caches: Int, _ cacheBytes: Int) -> Int {
    max(1, (Saturating.product(caches, cacheBytes) - 1) / max(1, bytes) + 1)
  }
}
