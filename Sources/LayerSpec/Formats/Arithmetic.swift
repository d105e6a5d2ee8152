/// The kind of arithmetic that a product is done in: which of the CPU's peaks bounds it.
///
/// An open value: a later version, or a format of somebody's own, may name another.
public struct Arithmetic: RawRepresentable, Hashable, Sendable, Codable {
  /// The name, as records and probes carry it.
  public let rawValue: String

  /// The arithmetic of that name; one that no kernel is in has no measured peak.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Multiply-adds of 32-bit floats, fused where the CPU has FMA.
  public static let f32 = Arithmetic(rawValue: "f32")

  /// Dot products of pairs of bf16 numbers with 32-bit sums where the CPU has them (AVX512_BF16), else
  /// bf16 weights widened in registers and multiply-adds of 32-bit floats.
  public static let bf16 = Arithmetic(rawValue: "bf16")
}
