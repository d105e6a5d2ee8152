/// Why two records cannot be held against each other.
public enum CompareError: Error, Hashable, Sendable, CustomStringConvertible {
  /// They differ in these fields, each told as `machine.cpu is 'A' in BASE and 'B' in HEAD`.
  case differ([String])
  /// They hold no cell that measures the same.
  case nothingInCommon
  /// They hold the same cells, but none with numbers to compare; each told with its reason.
  case nothingUsable([String])
  /// A field of the record is no number.
  case unreadable(String)

  /// What is wrong and what to do; strings from files are made safe to print.
  public var description: String {
    switch self {
    case .differ(let fields):
      "\(fields.map(Escaping.terminal).joined(separator: "; ")); measure both builds on one machine "
        + "with the same toolchain, BLAS and options"
    case .nothingInCommon:
      "no cell of one measures what a cell of the other does; measure the same models, baselines and "
        + "tokens with both builds"
    case .nothingUsable(let cells):
      "none of the \(Figures.count(cells.count, "cell")) that both hold can be compared, such as "
        + "\(Escaping.terminal(cells.first ?? "none")); measure again"
    case .unreadable(let sentence):
      "\(Escaping.terminal(sentence)); give records that tenfold run wrote"
    }
  }
}
