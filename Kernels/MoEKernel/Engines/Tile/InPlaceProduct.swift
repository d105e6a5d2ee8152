import Tile

/// dX = dY·W from panels of W where they lie: whole vectors of rows by some inputs at a time.
///
/// Rows beyond those of three vectors make further groups, which meet the weights of some inputs and panels while
/// these are in the L1 cache.
struct InPlaceProduct {
  private let kernels: TileKernels
  /// Panels of one matrix, whose columns are the terms of each sum.
  private let panels: Int
  /// Floats from one panel to the next.
  private let panelStride: Int

  init(_ kernels: TileKernels, panels: Int, inputs: Int) {
    self.kernels = kernels
    self.panels = panels
    panelStride = inputs * kernels.panelWidth
  }

  /// Steps that one group after the other is multiplied with.
  private static let stepsPerPart = 256

  /// Floats of scratch for up to `rows` rows and a task of `inputs` inputs: sums, and one panel of blocks.
  func scratchElements(rows: Int, inputs: Int) -> Int {
    Saturating.sum(
      Saturating.product(
        inputs.roundedUp(toMultipleOf: kernels.panelWidth),
        rows.roundedUp(toMultipleOf: kernels.lanes)),
      kernels.maximumBackwardVectors * kernels.lanes * kernels.panelWidth)
  }

  /// Multiplies, and hands over each finished block with its first input and its rows, as
  /// `TransposedProduct.forEachBlock` does.
  ///
  /// - Parameter gradient: Rows of dY in the order of `TileKernels.packColumns`.
  @inline(__always)
  func forEachBlock(
    _ source: UnsafePointer<Float>, inputs wanted: Range<Int>, gradient: Rows, next: Int?,
    scratch: UnsafeMutablePointer<Float>,
    finish: (_ block: UnsafeMutablePointer<Float>, _ inputs: Range<Int>, _ rows: Range<Int>) -> Void
  ) {
    let width = kernels.panelWidth
    let groups = RowGroups(gradient.count, kernels)
    let padded = wanted.count.roundedUp(toMultipleOf: width)
    multiply(
      source + wanted.lowerBound * width, inputs: wanted.count, groups, gradient, sums: scratch,
      sumsPerVector: padded * kernels.lanes, next: next.map { source + $0 * width })
    let blocks = scratch + padded * kernels.lanes * groups.vectors
    for index in 0..<groups.count {
      let group = groups[index]
      let columns = group.vectors.count * kernels.lanes
      let sums = scratch + group.vectors.lowerBound * padded * kernels.lanes
      // The inputs that a last block lacks have no gradient.
      (sums + wanted.count * columns).update(
        repeating: 0, count: (padded - wanted.count) * columns)
      for first in stride(from: 0, to: wanted.count, by: width) {
        // Blocks have a row for each row of dY again.
        kernels.packColumns(
          source: sums + first * columns, stride: columns, rows: width, count: group.rows.count,
          columns: blocks)
        let input = wanted.lowerBound + first
        for tile in 0..<kernels.tiles(rows: group.rows.count) {
          let rows = kernels.tileRows(tile, of: group.rows.count)
          finish(
            blocks + rows.lowerBound * width, input..<min(input + width, wanted.upperBound),
            group.rows.lowerBound + rows.lowerBound..<group.rows.lowerBound + rows.upperBound)
        }
      }
    }
  }

  /// Sums of some inputs for all groups.
  ///
  /// - Parameters:
  ///   - weights: Of the first of the inputs, in the first panel.
  ///   - sumsPerVector: Floats of sums that a vector of rows has.
  ///   - next: The same of the task that comes next; `nil` for none.
  private func multiply(
    _ weights: UnsafePointer<Float>, inputs: Int, _ groups: RowGroups, _ gradient: Rows,
    sums: UnsafeMutablePointer<Float>, sumsPerVector: Int, next: UnsafePointer<Float>?
  ) {
    let width = kernels.panelWidth
    let panelsPerPart = groups.count == 1 ? panels : Self.stepsPerPart / width
    for first in stride(from: 0, to: panels, by: panelsPerPart) {
      let count = min(panelsPerPart, panels - first)
      let part = weights + first * panelStride
      let nextPart = first + count < panels ? weights + (first + count) * panelStride : next
      var input = 0
      while input < inputs {
        // The first group has the fewest vectors, and so takes most inputs at once.
        let end =
          input + kernels.backwardInputs(vectors: groups[0].vectors.count, left: inputs - input)
        let ahead = end < inputs ? part + end * width : nextPart
        for index in 0..<groups.count {
          let group = groups[index]
          multiply(
            part, inputs: input..<end, panels: count,
            rows: gradient.base + first * width * gradient.count + group.rows.lowerBound,
            rowStep: gradient.count, vectors: group.vectors.count,
            sums: sums + group.vectors.lowerBound * sumsPerVector, accumulates: first > 0,
            prefetch: index == 0 ? ahead : nil)
        }
        input = end
      }
    }
  }

  /// Sums of some inputs for one group, in as many products as its vectors take.
  @inline(__always)
  private func multiply(
    _ part: UnsafePointer<Float>, inputs: Range<Int>, panels: Int, rows: UnsafePointer<Float>,
    rowStep: Int, vectors: Int, sums: UnsafeMutablePointer<Float>, accumulates: Bool,
    prefetch: UnsafePointer<Float>?
  ) {
    var input = inputs.lowerBound
    while input < inputs.upperBound {
      let count = kernels.backwardInputs(vectors: vectors, left: inputs.upperBound - input)
      kernels.multiplyBackward(
        weights: part + input * kernels.panelWidth, panelStride: panelStride, panels: panels,
        inputs: count, rows: rows, rowStep: rowStep, vectors: vectors,
        sums: sums + input * vectors * kernels.lanes, accumulates: accumulates, prefetch: prefetch)
      input += count
    }
  }
}

/// Rows in groups of as many vectors as one product takes, as equal as they can be.
private struct RowGroups {
  let count: Int
  let vectors: Int
  private let rows: Int
  private let lanes: Int

  init(_ rows: Int, _ kernels: TileKernels) {
    self.rows = rows
    lanes = kernels.lanes
    vectors = (rows + lanes - 1) / lanes
    count = (vectors + kernels.maximumBackwardVectors - 1) / kernels.maximumBackwardVectors
  }

  subscript(index: Int) -> (vectors: Range<Int>, rows: Range<Int>) {
    let own = index * vectors / count..<(index + 1) * vectors / count
    return (own, own.lowerBound * lanes..<min(rows, own.upperBound * lanes))
  }
}
