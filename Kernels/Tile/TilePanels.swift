/// Where one output of a matrix stands among the matrix's panels.
public struct PanelPlace: Equatable, Sendable {
  /// The panel's number among those of its matrix, from 0.
  public let panel: Int
  /// The column of the panel, 0 to `panelWidth` - 1.
  public let column: Int
}

/// Packing of weights, once at load, one output at a time: slow strided writes, which no pass pays for.
extension TileKernels {
  /// The place of an output of a matrix whose panels hold `panelWidth` consecutive outputs each.
  public func place(output: Int) -> PanelPlace {
    PanelPlace(panel: output / panelWidth, column: output % panelWidth)
  }

  /// The place of an output of a gate or up matrix, where a panel holds `lanes` outputs of the gate in
  /// its first vector and the same outputs of up in its second, so that one product gives both.
  public func gatedPlace(output: Int, isUp: Bool) -> PanelPlace {
    PanelPlace(panel: output / lanes, column: output % lanes + (isUp ? lanes : 0))
  }

  /// Writes the weights of one output into its column of a panel, rounded to nearest in bf16.
  ///
  /// Columns without an output, at the end of the last panel, must be 0 bytes. So must the panel be
  /// when `depth` is odd in bf16, where the missing input of the last pair is not written.
  ///
  /// - Parameters:
  ///   - weights: `depth` floats, one row of the row-major matrix.
  ///   - column: 0 to `panelWidth` - 1.
  ///   - panel: `panelBytes(depth:)` bytes, aligned to 64.
  public func packOutput(
    _ weights: UnsafePointer<Float>, depth: Int, column: Int, panel: UnsafeMutableRawPointer
  ) {
    precondition(column >= 0 && column < panelWidth, "column \(column) of a panel")
    if inputsPerStep == 1 {
      let to = panel.assumingMemoryBound(to: Float.self) + column
      for input in 0..<depth { to[input &* panelWidth] = weights[input] }
    } else {
      let to = panel.assumingMemoryBound(to: UInt16.self) + 2 * column
      for input in 0..<depth { to[halfIndex(input)] = BF16.bits(weights[input]) }
    }
  }

  /// Gives the weights of one output back, as `packOutput` rounded them: `depth` floats of one column.
  public func unpackOutput(
    _ weights: UnsafeMutablePointer<Float>, depth: Int, column: Int, panel: UnsafeRawPointer
  ) {
    precondition(column >= 0 && column < panelWidth, "column \(column) of a panel")
    if inputsPerStep == 1 {
      let from = panel.assumingMemoryBound(to: Float.self) + column
      for input in 0..<depth { weights[input] = from[input &* panelWidth] }
    } else {
      let from = panel.assumingMemoryBound(to: UInt16.self) + 2 * column
      for input in 0..<depth { weights[input] = BF16.value(from[halfIndex(input)]) }
    }
  }

  /// Gives the weights of neighbouring outputs back, as `packOutput` rounded them.
  ///
  /// A line of a panel holds one input of all outputs, so that reading one output alone reads the whole
  /// panel; here the lines of some inputs stay in the first cache while every output takes its part.
  ///
  /// - Parameters:
  ///   - weights: `depth` floats an output, outputs `stride` floats apart.
  ///   - columns: within 0 ..< `panelWidth`.
  public func unpackOutputs(
    _ weights: UnsafeMutablePointer<Float>, stride: Int, depth: Int, columns: Range<Int>,
    panel: UnsafeRawPointer
  ) {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= panelWidth,
      "columns \(columns) of a panel of \(panelWidth)")
    var first = 0
    while first < depth {
      let end = min(depth, first + Self.inputsAtOnce)
      for column in columns {
        let target = weights + (column - columns.lowerBound) * stride
        if inputsPerStep == 1 {
          let from = panel.assumingMemoryBound(to: Float.self) + column
          for input in first..<end { target[input] = from[input &* panelWidth] }
        } else {
          let from = panel.assumingMemoryBound(to: UInt16.self) + 2 * column
          for input in first..<end { target[input] = BF16.value(from[halfIndex(input)]) }
        }
      }
      first = end
    }
  }

  /// Inputs whose lines stay in a cache of 32 KiB while all outputs are read: 64 of 128 bytes are 8 KiB.
  private static let inputsAtOnce = 64

  /// Where an input stands among the 16-bit halves of a panel, from the first half of its column:
  /// pairs of inputs lie `panelWidth` words apart.
  @inline(__always)
  private func halfIndex(_ input: Int) -> Int { (input / 2) &* 2 &* panelWidth &+ input % 2 }
}
