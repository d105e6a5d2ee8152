import LayerSpec

/// One network by plain loops: its value and the gradient by its input.
struct ReferenceNetwork {
  let bank: NetworkBank
  let network: Int
  let pool: WorkerPool

  init(_ bank: NetworkBank, _ network: Int, _ pool: WorkerPool) {
    self.bank = bank
    self.network = network
    self.pool = pool
  }

  func step(_ x: [Double], _ dy: [Double]) -> (output: [Double], gradient: [Double]) {
    let spec = bank.spec
    let parts = [NetworkPart.gate, .up].filter { spec.isGated || $0 == .up }
    let products = parts.map { part in
      Reference.added(
        Reference.product(rows: spec.intermediate, vector: x, pool: pool) {
          bank.networks.copyRows($0, of: part, network: network, to: $1, stride: $2)
        }, bank.hiddenBias(part, network))
    }
    let slopes = (0..<spec.intermediate).map { unit in
      Self.slopes(spec, products.map { $0[unit] })
    }
    let output = Reference.added(
      Reference.product(rows: spec.width, vector: slopes.map(\.value), pool: pool) {
        bank.networks.down.copyRows($0, matrix: network, to: $1, stride: $2)
      }, bank.outputBias(network))
    let d = Reference.transposedProduct(
      rows: spec.width, columns: spec.intermediate, vector: dy, pool: pool
    ) { bank.networks.down.copyRows($0, matrix: network, to: $1, stride: $2) }
    var gradient = [Double](repeating: 0, count: spec.width)
    for (index, part) in parts.enumerated() {
      let hidden = zip(d, slopes).map { $0 * $1.slopes[index] }
      gradient = Reference.added(
        gradient, 1,
        Reference.transposedProduct(
          rows: spec.intermediate, columns: spec.width, vector: hidden, pool: pool
        ) { bank.networks.copyRows($0, of: part, network: network, to: $1, stride: $2) })
    }
    return (output, gradient)
  }

  /// A unit's value, and its difference quotients by the gate's product and by up's, or by the only one.
  static func slopes(
    _ spec: FeedForwardSpec, _ products: [Double]
  ) -> (value: Double, slopes: [Double]) {
    func value(_ products: [Double]) -> Double {
      Reference.activate(spec.activation, products[0], spec.isGated ? products[1] : 1)
    }
    return (
      value(products),
      products.indices.map { index in
        differenceQuotient { step in
          var moved = products
          moved[index] += step
          return value(moved)
        }
      }
    )
  }
}

extension ReferenceRouter {
  /// The gradients by a token's products W·x, where `gradients` are those by the weights of what is chosen.
  func gradients(
    of gradients: [Double], chosen: [Int], product: [Double]
  ) -> [Double] {
    product.indices.map { index in
      differenceQuotient { step in
        var moved = product
        moved[index] += step
        return Reference.dot(gradients, weights(ofChosen: chosen, product: moved))
      }
    }
  }
}

/// (f(h) − f(−h)) / 2h: with h = 2⁻¹⁷ both the third derivative and the rounding of f leave errors of 10⁻¹⁰.
///
/// - Parameter scale: how far an argument moves until its function does; h is that part of it.
func differenceQuotient(scale: Double = 1, _ value: (Double) -> Double) -> Double {
  (value(0x1p-17 * scale) - value(-0x1p-17 * scale)) * 0x1p16 / scale
}

extension Reference {
  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  /// a + factor · b.
  static func added(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
    var sum = a
    for index in a.indices { sum[index] += factor * b[index] }
    return sum
  }

  /// Wᵀ·v, `columns` elements, with rows of W spread over the pool.
  ///
  /// - Parameter copyRows: As of `products`.
  static func transposedProduct(
    rows: Int, columns: Int, vector: [Double], pool: WorkerPool,
    copyRows: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) -> [Double] {
    let rowsAtOnce = 16
    let stride = paddedToVector(columns)
    let buffer = Matrix(rows: pool.threads * rowsAtOnce, columns: stride)
    let sums = AlignedBuffer<Double>(count: pool.threads * columns)
    let buffers = buffer.all
    pool.forEach((rows + rowsAtOnce - 1) / rowsAtOnce) { worker, block in
      let range = block * rowsAtOnce..<min(rows, (block + 1) * rowsAtOnce)
      let copies = buffers[worker * rowsAtOnce]
      copyRows(range, copies, stride)
      let own = sums.base + worker * columns
      for (index, row) in range.enumerated() {
        let factor = vector[row]
        let weights = copies + index * stride
        for column in 0..<columns { own[column] += factor * Double(weights[column]) }
      }
    }
    withExtendedLifetime(buffer) {}
    return (0..<columns).map { column in
      (0..<pool.threads).reduce(0) { $0 + sums.base[$1 * columns + column] }
    }
  }
}
