/// Arithmetic on sizes, none of them negative, that stops at `Int.max`: it fits no limit of memory, so that
/// what cannot be counted is refused like what is too large.
enum Saturating {
  static func product(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : value
  }

  static func sum(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : value
  }

  static func sum(_ terms: [Int]) -> Int { terms.reduce(0, sum) }
}
