extension String {
  /// Columns that the string takes on a terminal.
  ///
  /// Wide and full-width characters of Unicode's Annex 11 and emoji take two, combining marks none.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The longest beginning that takes at most `columns`.
  func prefix(columns: Int) -> Substring {
    var used = 0
    var end = startIndex
    for index in indices {
      used += self[index].displayWidth
      if used > columns { break }
      end = self.index(after: index)
    }
    return self[..<end]
  }

  /// The string, its middle replaced by `...` when it takes more than `columns`.
  ///
  /// The middle, because ids differ at both ends: a family first, a size last.
  func elided(columns: Int) -> String {
    guard displayWidth > columns else { return self }
    guard columns > 3 else { return String(prefix(columns: columns)) }
    let tail = (columns - 3) / 2
    let ending = String(String(reversed()).prefix(columns: tail).reversed())
    return prefix(columns: columns - 3 - ending.displayWidth) + "..." + ending
  }

  /// The string in lines of at most `columns`, broken at spaces, and within words only where a
  /// word is longer than a line.
  func wrapped(columns: Int) -> [String] {
    precondition(columns > 1, "a wide character needs two columns")
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in split(separator: " ") {
      let width = word.reduce(0) { $0 + $1.displayWidth }
      if used > 0, used + 1 + width <= columns {
        line += " " + word
        used += 1 + width
        continue
      }
      if used > 0 { lines.append(line) }
      (line, used) = ("", 0)
      // One walk through the word, however many lines it takes.
      for character in word {
        if used + character.displayWidth > columns {
          lines.append(line)
          (line, used) = ("", 0)
        }
        line.append(character)
        used += character.displayWidth
      }
    }
    if used > 0 { lines.append(line) }
    return lines
  }
}

extension Character {
  /// Columns on a terminal: 0, 1 or 2.
  fileprivate var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    let isEmoji =
      first.properties.isEmojiPresentation || unicodeScalars.contains { $0 == "\u{FE0F}" }
    return isEmoji || wideRanges.contains { $0.contains(first.value) } ? 2 : 1
  }
}

/// Blocks of East Asian wide and full-width characters (Unicode Annex 11, classes W and F).
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
  0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
  0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
  0x1F200...0x1F2FF, 0x20000...0x3FFFD,
]
