/// Why two records cannot be held against each other.
public enum CompareError: Error, Hashable, Sendable, CustomStringConvertible {
  /// They differ in these fields, each told as `machine.cpu is 'A' in BASE and 'B' in HEAD`.
  case differ([String])
  /// They hold no cell that measures the same.
  case nothingInCommon
  /// A field of the record is no number.
  case unreadable(String)

  /// What is wrong and what to do; strings from files are made safe to print.
  public var description: String {
    switch self {
    case .differ(let fields):
      "\(fields.map(Escaping.terminal).joined(separator: "; ")); measure both builds on one machine "
        + "with the same toolchain, BLAS and seed"
    case .nothingInCommon:
      "no cell of one measures what a cell of the other does; measure the same models, baselines and "
        + "tokens with both builds"
    case .unreadable(let sentence):
      "\(Escaping.terminal(sentence)); give records that tenfold run wrote"
    }
  }
}
