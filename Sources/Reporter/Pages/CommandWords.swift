import ModelSpec

extension Record {
  /// A command with conditions, and with what the engines of the record were opened with.
  func words(
    _ words: [String], conditions: [Conditions.Part.Option], engines: [String]
  ) -> [String] {
    var words = words + conditions.words
    if let level = options.instructionSet,
      engines.firstEngine(where: \.choosesInstructionSet) != nil
    {
      // Only the value is quoted: a shell would not read a quoted assignment as one.
      words.insert("TENFOLD_ISA=\(ShellWord.quoted(level))", at: 0)
    }
    if let library, engines.firstEngine(where: \.usesLibrary) != nil {
      words += ["--blas", ShellWord.path(library)]
    }
    return words
  }

  /// The library to be named, `nil` for the default one.
  ///
  /// Records did not always tell the two apart. The default is an OpenBLAS, whatever the system links
  /// its name to, so another library has been named.
  private var library: String? {
    if let named = options.blas { return named }
    guard let path = blas?.path,
      let file = path.split(separator: "/").last, !file.hasPrefix("libopenblas")
    else { return nil }
    return path
  }
}

extension [Conditions.Part.Option] {
  /// The options as words: what is measured before what it is measured with.
  var words: [String] {
    let tools: Set = ["--engine", "--precision"]
    return (filter { !tools.contains($0.name) } + filter { tools.contains($0.name) })
      .flatMap { [$0.name, ShellWord.quoted($0.value)] }
  }
}

extension [String] {
  /// What `--engine` takes for these engines; `nil` for none.
  var option: String? {
    if Set(self) == Set(EngineTraits.both.names) { return EngineTraits.both.word }
    return isEmpty ? nil : joined(separator: ",")
  }
}

/// Puts words of a command line so that a shell reads them as they are.
public enum ShellWord {
  /// The word, within single quotes where a shell would read more into it than its characters.
  ///
  /// Words come from records: whoever copies a command must not run what a file wanted.
  public static func quoted(_ word: String) -> String {
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
