/// Makes strings from files safe to print.
///
/// Records and configurations come from other people. Nothing in them may move the cursor, colour
/// the terminal, turn the reading direction or become Markdown or markup.
public enum Escaping {
  /// One line of visible text.
  ///
  /// White space becomes a space; escape sequences, control characters, and invisible or
  /// direction-changing format characters (Unicode general categories Cc and Cf) are dropped.
  public static func terminal(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      if scalar == "\u{1B}" || scalar == "\u{9B}" {
        skipSequence(&scalars, introducedByByte: scalar == "\u{9B}")
        continue
      }
      switch scalar.properties.generalCategory {
      case .control where scalar.properties.isWhitespace: result.append(" ")
      case .control, .format, .surrogate, .privateUse: continue
      case .lineSeparator, .paragraphSeparator, .spaceSeparator: result.append(" ")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// A sentence that quotes strings from elsewhere: one line of visible text, of bounded length.
  ///
  /// A word longer than any name keeps its beginning and its end, and so does a sentence that is longer
  /// than anybody reads.
  public static func sentence(_ text: String) -> String {
    let words = terminal(text).split(separator: " ", omittingEmptySubsequences: false)
    return shortened(
      words.map { shortened(String($0), to: longestWord) }.joined(separator: " "),
      to: longestSentence)
  }

  /// Longer than the paths that people name files by.
  private static let longestWord = 400

  /// Longer than our longest sentence with the longest lists in it.
  private static let longestSentence = 2_000

  private static func shortened(_ text: String, to most: Int) -> String {
    guard text.count > most else { return text }
    let half = (most - 1) / 2
    return text.prefix(half) + "…" + text.suffix(half)
  }

  /// The name, with a number where another of `taken` has it, and from now on one of them.
  static func numbered(_ name: String, besides taken: inout Set<String>) -> String {
    var (unique, number) = (name, 1)
    while !taken.insert(unique).inserted {
      number += 1
      unique = "\(name)#\(number)"
    }
    return unique
  }

  /// Text that Markdown shows as it is, on one line and also within a table.
  public static func markdown(_ text: String) -> String {
    var result = ""
    for character in terminal(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "|", "`", "*", "_", "[", "]", "\\", "~", "#", "!", "$": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  /// Text as HTML, SVG and XML show it, within elements and within quoted attributes.
  public static func markup(_ text: String) -> String {
    var result = ""
    for scalar in terminal(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // Not characters, and not allowed in XML 1.0 (section 2.2).
      case "\u{FFFE}", "\u{FFFF}": continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Consumes a control sequence (ECMA-48: parameters and intermediates, then one final byte from
  /// `@` to `~`), or the one character that follows a lone escape.
  private static func skipSequence(
    _ scalars: inout String.UnicodeScalarView.Iterator, introducedByByte: Bool
  ) {
    if !introducedByByte {
      guard let next = scalars.next(), next == "[" else { return }
    }
    while let scalar = scalars.next() {
      guard (0x20...0x3F).contains(scalar.value) else { return }
    }
  }
}
