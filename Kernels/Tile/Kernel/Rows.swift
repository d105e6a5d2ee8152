import CVector

// What stands around attention: rows that were just written and are read once more, a vector at a time and the
// rest one by one.

/// Multiplies a row by 1 / √(mean(v²) + epsilon), and by a scale for each element where there is one.
public func normaliseRow(
  _ row: UnsafeMutablePointer<Float>, count: Int, scale: UnsafePointer<Float>?, epsilon: Float,
  into target: UnsafeMutablePointer<Float>
) {
  // Two sums, so that an addition need not wait for the one before it.
  var sums = (Vector.zero, Vector.zero)
  var index = 0
  while index &+ 2 &* lanes <= count {
    let (first, second) = (load(row, index), load(row, index &+ lanes))
    sums.0 = multiplyAdd(first, first, sums.0)
    sums.1 = multiplyAdd(second, second, sums.1)
    index &+= 2 &* lanes
  }
  let both = sums.0 + sums.1
  var total: Float = 0
  for lane in 0..<lanes { total += both[lane] }
  while index < count {
    total += row[index] * row[index]
    index &+= 1
  }
  let factor = 1 / (total / Float(count) + epsilon).squareRoot()
  let factors = Vector(repeating: factor)
  index = 0
  while index &+ lanes <= count {
    var value = load(row, index) * factors
    if let scale { value *= load(scale, index) }
    store(value, target, index)
    index &+= lanes
  }
  while index < count {
    target[index] = row[index] * factor * (scale.map { $0[index] } ?? 1)
    index &+= 1
  }
}

/// target = branch·factor, or row + branch·factor where there is a row.
public func addRow(
  _ branch: UnsafePointer<Float>, factor: Float, row: UnsafePointer<Float>?,
  into target: UnsafeMutablePointer<Float>, count: Int
) {
  let factors = Vector(repeating: factor)
  var index = 0
  while index &+ lanes <= count {
    let product = load(branch, index) * factors
    store(row.map { load($0, index) + product } ?? product, target, index)
    index &+= lanes
  }
  while index < count {
    let product = branch[index] * factor
    target[index] = row.map { $0[index] + product } ?? product
    index &+= 1
  }
}

/// Turns pairs (i, i + pairs) of a row in place: (a·cos − b·sin, b·cos + a·sin).
public func turnHalves(
  _ row: UnsafeMutablePointer<Float>, pairs: Int, cosines: UnsafePointer<Float>,
  sines: UnsafePointer<Float>
) {
  let other = row + pairs
  var pair = 0
  while pair &+ lanes <= pairs {
    let (a, b) = (load(row, pair), load(other, pair))
    let (cosine, sine) = (load(cosines, pair), load(sines, pair))
    store(a * cosine - b * sine, row, pair)
    store(b * cosine + a * sine, other, pair)
    pair &+= lanes
  }
  while pair < pairs {
    let (a, b) = (row[pair], other[pair])
    row[pair] = a * cosines[pair] - b * sines[pair]
    other[pair] = b * cosines[pair] + a * sines[pair]
    pair &+= 1
  }
}

/// Turns pairs (2i, 2i + 1) of a row in place.
///
/// - Parameters:
///   - cosines: of each element of a row, every cosine twice.
///   - sines: every sine twice, first negative and then positive.
public func turnNeighbours(
  _ row: UnsafeMutablePointer<Float>, pairs: Int, cosines: UnsafePointer<Float>,
  sines: UnsafePointer<Float>
) {
  var index = 0
  while index &+ lanes <= 2 &* pairs {
    let values = load(row, index)
    store(
      values * load(cosines, index) + swappedPairs(values) * load(sines, index), row, index)
    index &+= lanes
  }
  while index < 2 &* pairs {
    let (a, b) = (row[index], row[index &+ 1])
    row[index] = a * cosines[index] + b * sines[index]
    row[index &+ 1] = b * cosines[index &+ 1] + a * sines[index &+ 1]
    index &+= 2
  }
}

@inline(__always)
private func load(_ row: UnsafePointer<Float>, _ index: Int) -> Vector {
  UnsafeRawPointer(row + index).loadUnaligned(as: Vector.self)
}

@inline(__always)
private func store(_ value: Vector, _ row: UnsafeMutablePointer<Float>, _ index: Int) {
  UnsafeMutableRawPointer(row + index).storeBytes(of: value, as: Vector.self)
}
