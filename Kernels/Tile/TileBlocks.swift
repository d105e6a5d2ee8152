/// Products with blocks that earlier products left.
extension TileKernels {
  /// The side of a product whose rows lie in blocks: `panelWidth` floats of each row, then the next ones.
  public struct FactorBlocks {
    /// The first row of the first block.
    public let base: UnsafePointer<Float>
    /// Floats from one block to the next, at least those of its rows.
    public let stride: Int

    /// Blocks of the caller's.
    public init(base: UnsafePointer<Float>, stride: Int) {
      self.base = base
      self.stride = stride
    }
  }

  /// Copies rows into blocks, with zeros behind the last float of each.
  ///
  /// - Parameters:
  ///   - source: row `r` starts at `indices[r]·stride`, or at `r·stride` without indices.
  ///   - count: floats of a row.
  ///   - blocks: `panels(outputs: count)` blocks, aligned to 64 bytes; any number of rows makes a panel of each,
  ///     whose steps they are.
  ///   - blockStride: floats from one block to the next; `nil` for `blockCapacity`.
  public func packBlocks(
    source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>? = nil, rows: Int,
    count: Int, blocks: UnsafeMutablePointer<Float>, blockStride: Int? = nil
  ) {
    let blockStride = blockStride ?? blockCapacity
    precondition(rows >= 0 && count >= 0, "\(rows) rows of \(count) floats")
    precondition(
      count <= panelWidth || rows * panelWidth <= blockStride, "\(rows) rows in \(blockStride)")
    build.pointee.packBlocks(source, stride, indices, rows, count, blocks, blockStride)
  }

  /// The products of a loop, which are asked for once before it.
  @inlinable public var blockProducts: BlockProducts {
    BlockProducts(
      whole: build.pointee.multiplyBlocks, half: build.pointee.multiplyHalfBlocks,
      maximumRows: maximumRows)
  }

  /// Products of a panel with rows that lie in blocks; `f32` alone.
  ///
  /// It holds the build's functions, since each call through `TileKernels` would retain and release one.
  public struct BlockProducts {
    @usableFromInline let whole: MultiplyBlocks
    @usableFromInline let half: MultiplyHalfBlocks
    @usableFromInline let maximumRows: Int

    @usableFromInline
    init(whole: @escaping MultiplyBlocks, half: @escaping MultiplyHalfBlocks, maximumRows: Int) {
      self.whole = whole
      self.half = half
      self.maximumRows = maximumRows
    }

    /// block = Σ over steps of `panelWidth` floats times each row's factor.
    ///
    /// The error of a sum over `n` steps is at most γ(2n)·Σ|w·x|, as that of `multiply`.
    ///
    /// - Parameters:
    ///   - panel: `steps` steps of `panelWidth` floats, aligned to 64 bytes.
    ///   - factors: as many steps, `panelWidth` in each block.
    ///   - rows: 1 to `maximumRows`.
    ///   - block: `rows` × `panelWidth` floats, aligned to 64 bytes.
    ///   - accumulates: true to add to the block.
    ///   - prefetch: memory that is needed soon; nil for none.
    ///   - beside: other memory of which a line is asked for in each step, and of `prefetch` then one instead
    ///     of two; nil for none.
    @inlinable
    @inline(__always)
    public func multiply(
      panel: UnsafePointer<Float>, factors: FactorBlocks, steps: Int, rows: Int,
      block: UnsafeMutablePointer<Float>, accumulates: Bool = false, prefetch: TilePrefetch? = nil,
      beside: TilePrefetch? = nil
    ) {
      check(steps: steps, rows: rows)
      let start = prefetch?.start ?? UnsafeRawPointer(panel)
      let step = prefetch?.bytesPerStep ?? 0
      whole(
        UnsafeRawPointer(panel), factors.base, factors.stride, steps, rows, block, accumulates,
        start, step, beside?.start ?? start + 64, beside?.bytesPerStep ?? step)
    }

    /// The first `lanes` floats of each row of `multiply`, where the others are not needed; these stay.
    ///
    /// With panel and block `lanes` floats further on it is the others that are computed.
    @inlinable
    @inline(__always)
    public func multiplyHalf(
      panel: UnsafePointer<Float>, factors: FactorBlocks, steps: Int, rows: Int,
      block: UnsafeMutablePointer<Float>, prefetch: TilePrefetch? = nil
    ) {
      check(steps: steps, rows: rows)
      half(
        UnsafeRawPointer(panel), factors.base, factors.stride, steps, rows, block,
        prefetch?.start ?? UnsafeRawPointer(panel), prefetch?.bytesPerStep ?? 0)
    }

    @inlinable
    @inline(__always)
    func check(steps: Int, rows: Int) {
      precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
      precondition(steps >= 0, "\(steps) steps")
    }
  }
}
