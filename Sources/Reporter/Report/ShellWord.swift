/// Puts words of a command line so that a shell reads them as they are.
enum ShellWord {
  /// The word, within single quotes where a shell would read more into it than its characters.
  ///
  /// Words come from records: whoever copies a command must not run what a file wanted.
  static func quoted(_ word: String) -> String {
    let word = Escaping.terminal(word)
    let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy(plain.contains)
    return isPlain
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: #"'\''"#) + "'"
  }

  /// The name of a file, which no program takes for an option.
  static func path(_ path: String) -> String {
    let path = Escaping.terminal(path)
    return quoted(path.hasPrefix("-") ? "./" + path : path)
  }

  /// Characters that mean nothing to POSIX shells (Shell Command Language, section 2.2), anywhere in
  /// a word.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:/+@%".unicodeScalars)
}
