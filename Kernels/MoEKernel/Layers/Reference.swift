import Glibc
import LayerSpec

/// The parts of every layer's oracle: products, activations and norms of one row in double precision, in
/// plain order and sharing no code with a pass.
enum Reference {
  /// Rows of W that are copied at once: those of half a panel or of a whole one, which lie side by side.
  private static let rowsAtOnce = 16

  /// W·x for every x of `vectors`, `rows` elements each, with rows of W spread over the pool.
  ///
  /// - Parameter copyRows: Copies canonical rows of W, as they are stored, to memory of as many rows that lie
  ///   `stride` floats apart.
  static func products(
    rows: Int, vectors: [[Double]], pool: WorkerPool,
    copyRows: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) -> [[Double]] {
    let columns = vectors.first?.count ?? 0
    let stride = paddedToVector(columns)
    let buffer = Matrix(rows: pool.threads * rowsAtOnce, columns: stride)
    let result = AlignedBuffer<Double>(count: vectors.count * rows)
    let x = AlignedBuffer<Double>(count: vectors.count * columns)
    for (index, vector) in vectors.enumerated() {
      precondition(vector.count == columns, "vectors of one product are equally long")
      for column in 0..<columns { x.base[index * columns + column] = vector[column] }
    }
    let buffers = buffer.all
    pool.forEach((rows + rowsAtOnce - 1) / rowsAtOnce) { worker, block in
      let range = block * rowsAtOnce..<min(rows, (block + 1) * rowsAtOnce)
      let copies = buffers[worker * rowsAtOnce]
      copyRows(range, copies, stride)
      for (index, row) in range.enumerated() {
        for vector in vectors.indices {
          result.base[vector * rows + row] = dot(
            copies + index * stride, x.base + vector * columns, count: columns)
        }
      }
    }
    withExtendedLifetime((buffer, x)) {}
    return vectors.indices.map { vector in (0..<rows).map { result.base[vector * rows + $0] } }
  }

  /// W·x, `rows` elements.
  static func product(
    rows: Int, vector: [Double], pool: WorkerPool,
    copyRows: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) -> [Double] {
    products(rows: rows, vectors: [vector], pool: pool, copyRows: copyRows)[0]
  }

  /// Σ w·x in double precision, in eight partial sums, so that checking a layer takes no minutes.
  private static func dot(
    _ weights: UnsafeMutablePointer<Float>, _ vector: UnsafePointer<Double>, count: Int
  ) -> Double {
    var sums = SIMD8<Double>.zero
    var index = 0
    while index &+ 8 <= count {
      let w = UnsafeRawPointer(weights + index).loadUnaligned(as: SIMD8<Float>.self)
      let x = UnsafeRawPointer(vector + index).loadUnaligned(as: SIMD8<Double>.self)
      sums += SIMD8<Double>(w) * x
      index &+= 8
    }
    var total = sums.sum()
    while index < count {
      total += Double(weights[index]) * vector[index]
      index &+= 1
    }
    return total
  }

  /// The values plus a bias; the values alone where there is none.
  static func added(_ values: [Double], _ bias: UnsafeMutablePointer<Float>?) -> [Double] {
    guard let bias else { return values }
    return values.enumerated().map { $1 + Double(bias[$0]) }
  }

  /// The activations as `Activation` defines them, one hidden unit at a time.
  static func activate(_ activation: Activation, _ g: Double, _ u: Double) -> Double {
    func silu(_ z: Double) -> Double { z / (1 + exp(-z)) }
    switch activation {
    case .silu: return silu(g) * u
    case .gelu: return g * 0.5 * erfc(-g / 2.0.squareRoot()) * u
    case .geluTanh:
      let inner = (2 / Double.pi).squareRoot() * (g + 0.044715 * g * g * g)
      // (1 + tanh y)/2 is σ(2y), which does not cancel where tanh y is near -1.
      return g / (1 + exp(-2 * inner)) * u
    case .relu: return max(g, 0) * u
    case .reluSquared: return max(g, 0) * max(g, 0) * u
    case .clampedSiLU(let limit):
      let bound = Double(limit)
      return silu(min(g, bound)) * max(min(u, bound), -bound)
    case .clampedSwiGLU(let alpha, let limit):
      let bound = Double(limit)
      let gate = min(g, bound)
      return (max(min(u, bound), -bound) + 1) * gate / (1 + exp(-Double(alpha) * gate))
    }
  }

  /// w / √(mean(w²) + epsilon) with w = v·scale.
  static func normOfScaled(_ v: [Double], scale: Matrix, epsilon: Float) -> [Double] {
    let scaled = v.enumerated().map { $1 * Double(scale[0, $0]) }
    let mean = scaled.map { $0 * $0 }.reduce(0, +) / Double(v.count)
    return scaled.map { $0 / (mean + Double(epsilon)).squareRoot() }
  }

  /// v·scale / √(mean(v²) + epsilon).
  static func norm(_ v: [Double], scale: Matrix, epsilon: Float) -> [Double] {
    let mean = v.map { $0 * $0 }.reduce(0, +) / Double(v.count)
    let factor = 1 / (mean + Double(epsilon)).squareRoot()
    return v.enumerated().map { $1 * factor * Double(scale[0, $0]) }
  }
}
