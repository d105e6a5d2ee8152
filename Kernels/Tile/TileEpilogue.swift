import LayerSpec

/// What happens to a block between two products; the block stays in the L1 cache all the while.
extension TileKernels {
  /// Adds a bias to every row of the block.
  ///
  /// - Parameters:
  ///   - first: bias of the outputs in the block's first vector, `firstCount` of them valid.
  ///   - second: the same for the second vector.
  public func addBias(
    block: UnsafeMutablePointer<Float>, rows: Int, first: UnsafePointer<Float>?, firstCount: Int,
    second: UnsafePointer<Float>?, secondCount: Int
  ) {
    build.pointee.addBias(block, rows, first, firstCount, second, secondCount)
  }

  /// Activates a block of a panel that holds gate and up (`gatedPlace`): `lanes` outputs of each row
  /// remain, at the start of the row.
  public func activateGated(
    block: UnsafeMutablePointer<Float>, rows: Int, activation: Activation
  ) {
    build.pointee.activateGated(block, rows, activation)
  }

  /// Activates a block of a network without a gate: all `panelWidth` outputs of each row, in place.
  public func activatePlain(
    block: UnsafeMutablePointer<Float>, rows: Int, activation: Activation
  ) {
    build.pointee.activatePlain(block, rows, activation)
  }

  /// Writes outputs of the block into a tile as inputs of the next product.
  ///
  /// - Parameters:
  ///   - count: outputs of each row that are valid, from the start of the row.
  ///   - input: the first one's place among the inputs of the tile, a multiple of `lanes`. The last
  ///     panel of an odd depth fills the missing input of a pair with 0.
  ///   - depth: inputs of the tile.
  public func storeTile(
    block: UnsafeMutablePointer<Float>, rows: Int, count: Int, input: Int, depth: Int,
    tile: UnsafeMutableRawPointer
  ) {
    precondition(input % lanes == 0, "input \(input) does not begin a vector of \(lanes)")
    precondition(count <= panelWidth && input + count <= depth, "outputs beyond the tile")
    product.pointee.storeTile(block, rows, count, input, tile)
    if !usesBF16Dot && input + count == depth {
      let words = tile.assumingMemoryBound(to: Float.self)
      for word in depth * rows..<steps(depth: depth) * inputsPerStep * rows { words[word] = 0 }
    }
  }

  /// Writes the rows of the block, each times its scale, into a row-major matrix.
  ///
  /// - Parameters:
  ///   - count: outputs of each row that are valid.
  ///   - scales: one per row; nil for 1.
  ///   - destination: where the block's first output of row 0 goes.
  ///   - stride: floats from one row of the matrix to the next.
  ///   - indices: which rows, `rows` of them; nil for the first ones in order.
  ///   - streams: true to write past the caches what is not needed soon, as far as it is whole vectors. Other threads
  ///     see it after `finishStreaming`.
  public func storeRows(
    block: UnsafePointer<Float>, rows: Int, count: Int, scales: UnsafePointer<Float>? = nil,
    destination: UnsafeMutablePointer<Float>, stride: Int, indices: UnsafePointer<Int32>? = nil,
    streams: Bool = false
  ) {
    precondition(count <= panelWidth, "\(count) outputs of a block of \(panelWidth)")
    build.pointee.storeRows(block, rows, count, scales, destination, stride, indices, streams)
  }
}
