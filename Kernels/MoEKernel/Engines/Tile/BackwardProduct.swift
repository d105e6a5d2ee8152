import Tile

/// dX = dY·W from panels of W where they lie: whole vectors of rows by some inputs at a time, and the last rows, where
/// they would leave most of a vector idle, one by one.
///
/// Rows beyond those of three vectors make further groups, which meet the weights of some inputs and panels while
/// these are in the L1 cache. Of very many groups some are done before the others, so that their gradients stay in
/// the L2 cache from one input to the next. `GradientStaging` lays rows of dY out for all of them.
struct BackwardProduct {
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

  /// Inputs of one task: 128 with 512-bit vectors, whose weights in one panel are 16 KiB in one piece.
  var block: Int { 4 * kernels.panelWidth }

  /// Steps that one group after the other is multiplied with.
  private static let stepsPerPart = 256
  /// Rows that are done together, about: 256 steps of them are 256 KiB.
  private static let rowsAtOnce = 256

  private var rowsOfGroup: Int { kernels.maximumBackwardVectors * kernels.lanes }
  private var groupsAtOnce: Int { (Self.rowsAtOnce + rowsOfGroup - 1) / rowsOfGroup }

  /// Floats of scratch for up to `rows` rows of a task: sums, blocks of single rows, and one panel of blocks.
  func scratchElements(rows: Int) -> Int {
    Saturating.sum(
      Saturating.product(
        block,
        min(rows, groupsAtOnce * rowsOfGroup).roundedUp(toMultipleOf: rowsOfGroup)
          + kernels.lanes),
      rowsOfGroup * kernels.panelWidth)
  }

  /// Multiplies, and hands over each finished block with its inputs and its rows.
  ///
  /// - Parameters:
  ///   - source: The first panel of the matrix.
  ///   - wanted: Inputs from a multiple of `block` on, no more than that.
  ///   - gradient: Rows of dY in `GradientStaging`, as many columns as the panels have.
  ///   - next: The first input of what will be multiplied next; `nil` where that is of another matrix.
  @inline(__always)
  func forEachBlock(
    _ source: UnsafePointer<Float>, inputs wanted: Range<Int>, gradient: Rows, next: Int?,
    scratch: UnsafeMutablePointer<Float>,
    finish: (_ block: UnsafeMutablePointer<Float>, _ inputs: Range<Int>, _ rows: Range<Int>) -> Void
  ) {
    let width = kernels.panelWidth
    let groups = RowGroups(gradient.count, kernels)
    let padded = wanted.count.roundedUp(toMultipleOf: width)
    let singles = scratch + padded * min(groups.count, groupsAtOnce) * rowsOfGroup
    let blocks = singles + padded * kernels.lanes
    // Without any group there are single rows alone.
    for first in stride(from: 0, to: max(1, groups.count), by: groupsAtOnce) {
      let end = min(first + groupsAtOnce, groups.count)
      let following = end < groups.count ? wanted.lowerBound : next
      multiply(
        source + wanted.lowerBound * width, inputs: wanted.count, groups, first..<end, gradient,
        sums: scratch, singles: end == groups.count ? singles : nil,
        next: following.map { source + $0 * width })
      for index in first..<end {
        let group = groups[index]
        let columns = group.vectors * kernels.lanes
        let sums = scratch + (index - first) * padded * rowsOfGroup
        // The inputs that a last block lacks have no gradient.
        (sums + wanted.count * columns).update(
          repeating: 0, count: (padded - wanted.count) * columns)
        for input in stride(from: 0, to: wanted.count, by: width) {
          // Blocks have a row for each row of dY again.
          kernels.packColumns(
            source: sums + input * columns, stride: columns, rows: width, count: group.rows.count,
            columns: blocks)
          let inputs =
            wanted.lowerBound + input..<min(wanted.lowerBound + input + width, wanted.upperBound)
          for tile in 0..<kernels.tiles(rows: group.rows.count) {
            let rows = kernels.tileRows(tile, of: group.rows.count)
            finish(
              blocks + rows.lowerBound * width, inputs,
              group.rows.lowerBound + rows.lowerBound..<group.rows.lowerBound + rows.upperBound)
          }
        }
      }
    }
    for input in stride(from: 0, to: groups.singles.isEmpty ? 0 : wanted.count, by: width) {
      let count = min(width, wanted.count - input)
      let block = singles + input * groups.singles.count
      // The inputs that a last block lacks have no gradient.
      for row in 0..<groups.singles.count {
        (block + row * width + count).update(repeating: 0, count: width - count)
      }
      let first = wanted.lowerBound + input
      finish(block, first..<first + count, groups.singles)
    }
  }

  /// Sums of some inputs for some groups.
  ///
  /// - Parameters:
  ///   - weights: Of the first of the inputs, in the first panel.
  ///   - sums: Room for whole panels of inputs of a group of the most rows, for each group.
  ///   - singles: Blocks of single rows; `nil` where another call has them.
  ///   - next: The same as `weights` of what comes next; `nil` for none.
  private func multiply(
    _ weights: UnsafePointer<Float>, inputs: Int, _ groups: RowGroups, _ chosen: Range<Int>,
    _ gradient: Rows, sums: UnsafeMutablePointer<Float>, singles: UnsafeMutablePointer<Float>?,
    next: UnsafePointer<Float>?
  ) {
    let width = kernels.panelWidth
    let padded = inputs.roundedUp(toMultipleOf: width)
    let panelsPerPart = chosen.count <= 1 ? panels : Self.stepsPerPart / width
    let inputsAtOnce = kernels.backwardInputsOfAll
    for first in stride(from: 0, to: panels, by: panelsPerPart) {
      let count = min(panelsPerPart, panels - first)
      let part = weights + first * panelStride
      let nextPart = first + count < panels ? weights + (first + count) * panelStride : next
      var input = 0
      while input < inputs {
        let end =
          input
          + (chosen.count != 1
            ? min(inputsAtOnce, inputs - input)
            : kernels.backwardInputs(
              vectors: groups[chosen.lowerBound].vectors, left: inputs - input))
        let ahead = end < inputs ? part + end * width : nextPart
        for index in chosen {
          let group = groups[index]
          let rows = gradient.base + group.rows.lowerBound * panels * width
          multiply(
            part, inputs: input..<end, panels: count,
            rows: rows + first * width * group.rows.count, rowStep: group.rows.count,
            vectors: group.vectors, sums: sums + (index - chosen.lowerBound) * padded * rowsOfGroup,
            accumulates: first > 0, prefetch: index == chosen.lowerBound ? ahead : nil)
        }
        if let singles, !groups.singles.isEmpty {
          multiplySingles(
            part, inputs: input..<end, panels: first..<first + count, groups.singles, gradient,
            blocks: singles, prefetch: chosen.isEmpty ? ahead : nil)
        }
        input = end
      }
    }
  }

  /// Some inputs of single rows, while their weights are in a cache near the core.
  private func multiplySingles(
    _ part: UnsafePointer<Float>, inputs: Range<Int>, panels own: Range<Int>, _ rows: Range<Int>,
    _ gradient: Rows, blocks: UnsafeMutablePointer<Float>, prefetch: UnsafePointer<Float>?
  ) {
    let (width, columns) = (kernels.panelWidth, panels * kernels.panelWidth)
    let outputs = gradient.base + rows.lowerBound * columns + own.lowerBound * width
    let products = (rows.count + kernels.maximumBackwardRows - 1) / kernels.maximumBackwardRows
    var input = inputs.lowerBound
    while input < inputs.upperBound {
      let (panel, column) = input.quotientAndRemainder(dividingBy: width)
      let count = kernels.inputsOfBackwardRows(
        left: min(inputs.upperBound - input, width - column))
      for product in 0..<products {
        let first = product * rows.count / products
        let end = (product + 1) * rows.count / products
        kernels.multiplyBackwardRows(
          weights: part + input * width, panelStride: panelStride, panels: own.count,
          inputs: count, rows: outputs + first * columns, rowStride: columns,
          rowCount: end - first,
          block: blocks + (panel * rows.count + first) * width + column,
          accumulates: own.lowerBound > 0,
          prefetch: product > 0 ? nil : prefetch.map { $0 + (input - inputs.lowerBound) * width })
      }
      input += count
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
        sums: sums + input * vectors * kernels.lanes, accumulates: accumulates,
        prefetch: prefetch.map { $0 + (input - inputs.lowerBound) * kernels.panelWidth })
      input += count
    }
  }
}

/// Rows in groups of as many vectors as one product takes, as equal as they can be; the rows of each lie side by
/// side, so that a step reads what lies behind that of the step before.
struct RowGroups {
  let count: Int
  /// The last rows, which are in no group.
  let singles: Range<Int>
  private let rows: Int
  private let vectors: Int
  private let lanes: Int

  init(_ rows: Int, _ kernels: TileKernels) {
    self.rows = rows - kernels.singleBackwardRows(of: rows)
    singles = self.rows..<rows
    lanes = kernels.lanes
    vectors = (self.rows + lanes - 1) / lanes
    count = (vectors + kernels.maximumBackwardVectors - 1) / kernels.maximumBackwardVectors
  }

  /// A group's rows, and the vectors that they take.
  subscript(index: Int) -> (rows: Range<Int>, vectors: Int) {
    let (first, end) = (index * vectors / count, (index + 1) * vectors / count)
    return (first * lanes..<min(rows, end * lanes), end - first)
  }
}
