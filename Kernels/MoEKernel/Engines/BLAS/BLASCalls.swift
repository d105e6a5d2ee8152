import CBLAS

/// The products that a stretch of code asks BLAS libraries for, counted whichever thread asks.
public struct BLASCalls: Hashable, Sendable {
  /// How many.
  public let calls: Int
  /// The sum of their m·n·k.
  public let multiplyAdds: Int
  /// A number that is the same for the same shapes in any order, and hardly ever for others.
  public let shapes: Int

  /// Counts what `body` asks for; one stretch at a time.
  public static func counted(_ body: () -> Void) -> BLASCalls {
    cblas_library_begin_count()
    body()
    let count = cblas_library_end_count()
    return BLASCalls(
      calls: Int(count.calls), multiplyAdds: Int(count.multiply_adds), shapes: Int(count.shapes))
  }
}
