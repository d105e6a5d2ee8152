import LayerSpec
import Statistics

@testable import Tile

/// One build with one way to multiply.
struct Variant: CustomStringConvertible, Sendable {
  let level: TileLevel
  let format: WeightFormat
  let allowsBF16Dot: Bool

  var kernels: TileKernels {
    TileKernels(level: level, format: format, allowsBF16Dot: allowsBF16Dot)
  }

  var description: String {
    "\(level) \(format)" + (format == .bf16 ? (allowsBF16Dot ? " dot" : " widened") : "")
  }

  /// Every way that this CPU has.
  static let all: [Variant] = TileLevel.supported.flatMap { level in
    [
      Variant(level: level, format: .f32, allowsBF16Dot: false),
      Variant(level: level, format: .bf16, allowsBF16Dot: false),
    ] + (level == .v4 ? [Variant(level: level, format: .bf16, allowsBF16Dot: true)] : [])
  }
}

/// Numbers in -1..<1 that are the same in every run.
struct Numbers {
  private var generator: SeededGenerator

  init(seed: Int) { generator = SeededGenerator(seed: UInt64(seed), purpose: "tiles") }

  mutating func next() -> Float {
    Float(Int32(truncatingIfNeeded: generator.next() >> 32)) / Float(1 << 31)
  }

  mutating func array(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}

/// Memory that a vector may be loaded from, filled with NaN so that what is not written shows.
final class Memory {
  let start: UnsafeMutableRawPointer
  let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
    start = .allocate(byteCount: max(bytes, 64), alignment: 64)
    floats.update(repeating: .nan)
  }

  deinit { start.deallocate() }

  var floats: UnsafeMutableBufferPointer<Float> {
    let count = max(bytes, 64) / MemoryLayout<Float>.size
    return UnsafeMutableBufferPointer(
      start: start.bindMemory(to: Float.self, capacity: count), count: count)
  }
}

/// The value that a product with this variant sees for a stored weight.
func rounded(_ value: Float, to format: WeightFormat) -> Float {
  format == .f32 ? value : BF16.value(BF16.bits(value))
}

/// The first place where two arrays differ by more than `tolerance` says of it; `nil` for none.
///
/// NaN differs from everything.
///
/// Tests expect one `nil` of a whole array: an expectation each of a million elements takes longer than
/// what it looks at.
func firstDifference(
  _ values: some Sequence<Float>, _ expected: [Double], within tolerance: (Int) -> Double
) -> String? {
  var count = 0
  for (index, value) in values.enumerated() {
    count += 1
    guard index < expected.count else { continue }
    if !(abs(Double(value) - expected[index]) <= tolerance(index)) {
      return "element \(index) is \(value), not \(expected[index]) ± \(tolerance(index))"
    }
  }
  return count == expected.count ? nil : "\(count) elements, not \(expected.count)"
}

/// The first place where two arrays differ in any bit; `nil` for none.
func firstDifference(_ values: some Sequence<Float>, _ expected: some Sequence<Float>) -> String? {
  let (values, expected) = (Array(values), Array(expected))
  if values.count != expected.count { return "\(values.count) elements, not \(expected.count)" }
  return values.indices.first { values[$0].bitPattern != expected[$0].bitPattern }
    .map { "element \($0) is \(values[$0]), not \(expected[$0])" }
}

/// γ(n) = n·u / (1 - n·u) with u = 2⁻²⁴, the bound of n roundings (Higham 2002, lemma 3.1).
func gamma(_ roundings: Int) -> Double {
  let u = 0x1p-24 * Double(roundings)
  return u / (1 - u)
}

extension TileKernels {
  /// The panels of a row-major matrix.
  func panels(_ weights: [Float], outputs: Int, depth: Int) -> [Memory] {
    let panels = (0..<panels(outputs: outputs)).map { _ in zeroedPanel(depth: depth) }
    for output in 0..<outputs {
      let place = place(output: output)
      let row = Array(weights[output * depth..<(output + 1) * depth])
      packOutput(row, depth: depth, column: place.column, panel: panels[place.panel].start)
    }
    return panels
  }

  /// A panel that nothing is packed into yet.
  func zeroedPanel(depth: Int) -> Memory {
    let panel = Memory(bytes: panelBytes(depth: depth))
    panel.floats.update(repeating: 0)
    return panel
  }
}
