import Glibc
import LayerSpec

/// Cosines and sines of every position up to a context, made in double precision.
final class RotaryTable {
  let spec: RotarySpec
  /// A row per position: the cosines of all pairs, then their sines, times the amplitude.
  private let table: Matrix

  init(_ spec: RotarySpec, positions: Int) {
    self.spec = spec
    let frequencies = spec.inverseFrequencies
    table = Matrix(rows: positions, columns: spec.width)
    let rows = table.all
    for position in 0..<positions {
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(position) * frequency
        rows[position][pair] = Float(cos(angle) * spec.amplitude)
        rows[position][frequencies.count + pair] = Float(sin(angle) * spec.amplitude)
      }
    }
  }

  /// Bytes of a table.
  static func bytes(_ spec: RotarySpec, positions: Int) -> Int {
    Saturating.product(Saturating.product(positions, spec.width), 4)
  }

  /// Turns `spec.width` elements in place.
  func turn(_ elements: UnsafeMutablePointer<Float>, position: Int) {
    precondition(position >= 0 && position < table.rows, "position \(position)")
    let pairs = spec.width / 2
    let cosines = table.all[position]
    let sines = cosines + pairs
    switch spec.pairing {
    case .halves:
      for pair in 0..<pairs {
        let (a, b) = (elements[pair], elements[pairs + pair])
        elements[pair] = a * cosines[pair] - b * sines[pair]
        elements[pairs + pair] = b * cosines[pair] + a * sines[pair]
      }
    case .interleaved:
      for pair in 0..<pairs {
        let (a, b) = (elements[2 * pair], elements[2 * pair + 1])
        elements[2 * pair] = a * cosines[pair] - b * sines[pair]
        elements[2 * pair + 1] = b * cosines[pair] + a * sines[pair]
      }
    }
  }
}
