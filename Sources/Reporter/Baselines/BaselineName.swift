/// The name of a stored baseline, which is data, and the folder that is made of it.
///
/// A folder says its name again: what is no letter, digit, point, dash or underscore stands in it as `%2F`, the
/// bytes of UTF-8. So a branch such as `release/1.2` is a name, and no name leaves the folder of all baselines.
public struct BaselineName: Hashable, Sendable, CustomStringConvertible {
  /// The name as its user has it: `release/1.2`.
  public let description: String
  /// The folder below that of all baselines: `release%2F1.2`.
  public let folder: String

  /// A name that is refused, with the sentence that says why.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String
  }

  /// Bytes of a folder's name; file systems take 255.
  private static let mostFolderBytes = 200

  /// Accepts what can be written on a command line, printed and made a folder.
  ///
  /// - Throws: `Refusal` for an empty name, one that begins like an option or a hidden file, one with
  ///   `..` for a part of its path, with characters that nobody sees, or that is too long.
  public init(_ name: String) throws(Refusal) {
    func refused(_ reason: String) -> Refusal {
      Refusal(
        description:
          "'\(Escaping.terminal(String(name.prefix(Self.mostFolderBytes))))' is no name of a "
          + "baseline: \(reason); give one such as main")
    }
    guard let first = name.unicodeScalars.first else { throw refused("it is empty") }
    guard first != "-", first != "." else { throw refused("it begins with '\(first)'") }
    guard
      !name.split(separator: "/", omittingEmptySubsequences: false).contains(where: Self.isNoPart)
    else { throw refused("a part of it is empty, '.' or '..'") }
    guard name.unicodeScalars.allSatisfy(Self.isVisible) else {
      throw refused("it has characters that cannot be seen")
    }
    let folder = Self.encoded(name)
    guard folder.utf8.count <= Self.mostFolderBytes else {
      throw refused("it is longer than \(Self.mostFolderBytes) bytes as a folder")
    }
    self.description = name
    self.folder = folder
  }

  /// The name that a folder was made of; `nil` for a folder that was made of none.
  public init?(folder: String) {
    var bytes: [UInt8] = []
    var rest = Array(folder.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest.removeFirst(2)
    }
    guard let text = String(validating: bytes, as: UTF8.self), let name = try? BaselineName(text),
      name.folder == folder
    else { return nil }
    self = name
  }

  private static func isNoPart(_ part: Substring) -> Bool { ["", ".", ".."].contains(part) }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default: true
    }
  }

  private static func encoded(_ name: String) -> String {
    name.utf8.reduce(into: "") { folder, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        folder.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        folder += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
  }
}

extension BaselineName: Comparable {
  /// The order of the alphabet, without regard to a language.
  public static func < (left: BaselineName, right: BaselineName) -> Bool {
    left.description < right.description
  }
}
