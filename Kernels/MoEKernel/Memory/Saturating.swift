/// Arithmetic on sizes that stops at `Int.max`, which fits no limit of memory.
public enum Saturating {
  /// a·b of sizes that are not negative.
  public static func product(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : value
  }

  /// a + b of sizes that are not negative.
  public static func sum(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : value
  }

  /// The sum of sizes that are not negative.
  public static func sum(_ terms: [Int]) -> Int { terms.reduce(0, sum) }
}
