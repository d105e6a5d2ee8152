import Glibc
import LayerSpec
import Tile

/// Cosines and sines of every position up to a context, made in double precision.
final class RotaryTable {
  let spec: RotarySpec
  private let kernels: TileKernels
  /// A row per position: the cosines of all pairs, then their sines, times the amplitude.
  ///
  /// Of pairs of neighbours every cosine stands twice, and of every sine its negative and itself, as elements of a row meet them.
  private let table: Matrix

  init(_ spec: RotarySpec, positions: Int, kernels: TileKernels) {
    self.spec = spec
    self.kernels = kernels
    let frequencies = spec.inverseFrequencies
    table = Matrix(rows: positions, columns: Self.columns(spec))
    let rows = table.all
    for position in 0..<positions {
      let row = rows[position]
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(position) * frequency
        let cosine = Float(cos(angle) * spec.amplitude)
        let sine = Float(sin(angle) * spec.amplitude)
        switch spec.pairing {
        case .halves: (row[pair], row[frequencies.count + pair]) = (cosine, sine)
        case .interleaved:
          (row[2 * pair], row[2 * pair + 1]) = (cosine, cosine)
          (row[spec.width + 2 * pair], row[spec.width + 2 * pair + 1]) = (-sine, sine)
        }
      }
    }
  }

  private static func columns(_ spec: RotarySpec) -> Int {
    spec.pairing == .halves ? spec.width : 2 * spec.width
  }

  /// Bytes of a table.
  static func bytes(_ spec: RotarySpec, positions: Int) -> Int {
    Saturating.product(Saturating.product(positions, columns(spec)), 4)
  }

  /// Turns `spec.width` elements in place.
  func turn(_ elements: UnsafeMutablePointer<Float>, position: Int) {
    precondition(position >= 0 && position < table.rows, "position \(position)")
    let pairs = spec.width / 2
    let cosines = table.all[position]
    switch spec.pairing {
    case .halves:
      kernels.turnHalves(elements, pairs: pairs, cosines: cosines, sines: cosines + pairs)
    case .interleaved:
      kernels.turnNeighbours(
        elements, pairs: pairs, cosines: cosines, sines: cosines + spec.width)
    }
  }
}
