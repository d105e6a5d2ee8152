import LayerSpec

/// Memory to prefetch into the L2 cache while a product runs: into L2, because a panel of 1024 inputs takes
/// 128 KiB with 512-bit vectors, more than an L1 cache has, and the product itself needs that.
///
/// A panel that is multiplied with one tile only is waiting for memory, and prefetches its own weights
/// as far ahead as `PrefetchDistances` says, at `panelBytesPerStep`. A panel of `t > 1` tiles has bandwidth to spare and brings the panel that
/// comes next: tile `i` starts at `i/t` of the next panel and prefetches `panelBytesPerStep / t` per step, so
/// that the traffic is spread evenly over all tiles and no single one waits for it.
/// `PrefetchShares` makes these choices.
public struct TilePrefetch {
  /// The first address, which may be any: a prefetch of memory that is not there does nothing.
  public let start: UnsafeRawPointer
  /// Bytes from the address of one step to that of the next.
  public let bytesPerStep: Int

  /// Prefetches `bytesPerStep` bytes from `start` on in every step.
  public init(start: UnsafeRawPointer, bytesPerStep: Int) {
    self.start = start
    self.bytesPerStep = bytesPerStep
  }
}

/// How the tiles that meet a panel one after the other share what is prefetched; a division, made once for them.
public struct PrefetchShares {
  @usableFromInline let bytesPerStep: Int
  /// How far ahead of itself a single tile asks for its own panel; `nil` where several ask for the next.
  @usableFromInline let distance: Int?

  /// What the tile should prefetch while it is multiplied with a panel.
  ///
  /// - Parameters:
  ///   - tile: its number among those that share.
  ///   - panel: where the panel starts.
  ///   - next: where the panel that is multiplied after this one starts.
  ///   - steps: steps of a panel.
  @inlinable
  @inline(__always)
  public func prefetch(
    tile: Int, panel: UnsafeRawPointer, next: UnsafeRawPointer, steps: Int
  ) -> TilePrefetch {
    if let distance {
      return TilePrefetch(start: panel + distance, bytesPerStep: bytesPerStep)
    }
    return TilePrefetch(start: next + tile &* bytesPerStep &* steps, bytesPerStep: bytesPerStep)
  }
}

/// How far ahead of itself a single tile asks for its panel, by the rows that it has.
///
/// At a distance that is too short, lines arrive after the product needs them; at one that is too long, more of a
/// task's first panel is not asked for, and more lines wait in L2.
public struct PrefetchDistances: Hashable, Sendable {
  /// The most rows that a tile of any build has.
  public static let mostRows = 16

  /// Bytes for each number of rows from 1 on; a vector, so that copies of kernels count no references.
  private var bytes: SIMD16<UInt16>

  /// The same distance whatever the rows; 0 leaves them to the hardware.
  public init(_ bytes: Int = 0) {
    self.bytes = SIMD16(repeating: UInt16(bytes))
  }

  /// The distance of tiles of so many rows, in bytes.
  public subscript(rows rows: Int) -> Int {
    get { Int(bytes[rows - 1]) }
    set { bytes[rows - 1] = UInt16(newValue) }
  }
}

extension TileKernels {
  /// The shares of so many tiles.
  ///
  /// - Parameter rows: those of the first tile, on which it depends how far a single one asks ahead.
  public func prefetchShares(tiles: Int, rows: Int) -> PrefetchShares {
    guard tiles <= 1 else {
      return PrefetchShares(bytesPerStep: panelBytesPerStep / tiles, distance: nil)
    }
    let distance = prefetchDistances[rows: rows]
    return PrefetchShares(
      bytesPerStep: distance == 0 ? 0 : panelBytesPerStep, distance: distance)
  }
}
