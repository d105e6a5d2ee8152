/// Loops over rows of floats, a vector at a time and the rest one by one.
///
/// They take a few per cent of a pass at most: rows that were just written are read from a cache.
enum RowArithmetic {
  /// Adds `bias` to the first `columns` elements of every row, and touches no others.
  static func add(_ bias: UnsafeMutablePointer<Float>, to rows: Rows, columns: Int) {
    for index in 0..<rows.count {
      let row = rows[index]
      var column = 0
      while column &+ vectorLanes <= columns {
        row.store(row.vector(at: column) + bias.vector(at: column), at: column)
        column &+= vectorLanes
      }
      while column < columns {
        row[column] += bias[column]
        column &+= 1
      }
    }
  }

  /// Writes a row times a factor: a token times the weight of the expert that reads it (Llama 4).
  static func scale(
    _ source: UnsafeMutablePointer<Float>, by factor: Float,
    to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    var column = 0
    while column &+ vectorLanes <= count {
      target.store(source.vector(at: column) * factor, at: column)
      column &+= vectorLanes
    }
    while column < count {
      target[column] = source[column] * factor
      column &+= 1
    }
  }

  /// target = row + branch · factor, the residual of a block.
  static func add(
    _ branch: UnsafeMutablePointer<Float>, times factor: Float,
    to row: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    var column = 0
    while column &+ vectorLanes <= count {
      target.store(row.vector(at: column) + branch.vector(at: column) * factor, at: column)
      column &+= vectorLanes
    }
    while column < count {
      target[column] = row[column] + branch[column] * factor
      column &+= 1
    }
  }

  /// Σ a·b, for the one-row gate of a shared expert.
  static func dot(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    var sums = Vector.zero
    var column = 0
    while column &+ vectorLanes <= count {
      sums += a.vector(at: column) * b.vector(at: column)
      column &+= vectorLanes
    }
    var total = sums.sum()
    while column < count {
      total += a[column] * b[column]
      column &+= 1
    }
    return total
  }

  /// result = Σ factor·row, each column in the order of the terms; 0 when there are none.
  ///
  /// Terms are in the inner loop, so that a sum stays in registers and is written once; K rows are then read
  /// side by side, sequentially each.
  ///
  /// - Parameter scale: A factor for each column of the sum, for norms; `nil` for 1.
  static func weightedSum(
    _ terms: UnsafeMutablePointer<Term>, count: Int, columns: Int,
    scale: UnsafeMutablePointer<Float>?, into result: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column &+ vectorLanes <= columns {
      var sum = Vector.zero
      for term in 0..<count {
        sum += terms[term].row.vector(at: column) * terms[term].factor
      }
      if let scale { sum *= scale.vector(at: column) }
      result.store(sum, at: column)
      column &+= vectorLanes
    }
    while column < columns {
      var sum: Float = 0
      for term in 0..<count { sum += terms[term].row[column] * terms[term].factor }
      if let scale { sum *= scale[column] }
      result[column] = sum
      column &+= 1
    }
  }
}

/// One term of a token's sum: a row and what it is multiplied by.
struct Term {
  var row: UnsafeMutablePointer<Float>
  var factor: Float
}
