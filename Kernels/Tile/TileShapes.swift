/// Sizes of panels, tiles and blocks, and how rows are cut into tiles.
extension TileKernels {
  /// Outputs that one panel holds: two vectors, so that one broadcast of an activation serves two FMAs.
  public var panelWidth: Int { 2 * lanes }

  /// Steps of a product over `depth` inputs; a missing last input is 0.
  public func steps(depth: Int) -> Int { (depth + inputsPerStep - 1) / inputsPerStep }

  /// Bytes of a panel of `depth` inputs: a multiple of two vectors, so that panels one behind the other are
  /// all aligned for vectors.
  public func panelBytes(depth: Int) -> Int { steps(depth: depth) * panelBytesPerStep }

  /// Panels that hold `outputs` outputs; the last is filled up with zeros.
  public func panels(outputs: Int) -> Int { (outputs + panelWidth - 1) / panelWidth }

  /// Panels that hold the gate and up of `outputs` outputs side by side, `lanes` of each in one.
  public func gatedPanels(outputs: Int) -> Int { (outputs + lanes - 1) / lanes }

  /// Bytes of a tile that one step reads: the words of every row.
  public func tileBytesPerStep(rows: Int) -> Int {
    rows * wordsPerStep * MemoryLayout<Float>.size
  }

  /// Bytes of a tile of `rows` rows and `depth` inputs.
  public func tileBytes(rows: Int, depth: Int) -> Int {
    steps(depth: depth) * tileBytesPerStep(rows: rows)
  }

  /// Floats of the largest block; align it to 64 bytes.
  public var blockCapacity: Int { maximumRows * panelWidth }

  /// Tiles that `rows` rows are cut into: the fewest that hold them, because each tile reads every panel.
  public func tiles(rows: Int) -> Int { (rows + maximumRows - 1) / maximumRows }

  /// The rows of one of the `tiles(rows:)` tiles, all as equal as they can be.
  ///
  /// 13 rows are 6 and 7, not 12 and 1: a tile of one row reads the panel as well, and has too few
  /// accumulators to multiply meanwhile.
  public func tileRows(_ tile: Int, of rows: Int) -> Range<Int> {
    let count = tiles(rows: rows)
    precondition(tile >= 0 && tile < count, "tile \(tile) of \(count)")
    return tile * rows / count..<(tile + 1) * rows / count
  }
}
