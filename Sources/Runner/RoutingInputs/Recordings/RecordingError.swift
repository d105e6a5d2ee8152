/// Recorded routing that cannot be read or used, with the sentence that says why.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the file, from 1; `nil` when the whole file is at fault.
  public let line: Int?
  /// What is wrong and what to do, without a full stop.
  public let sentence: String

  init(line: Int? = nil, _ sentence: String) {
    self.line = line
    self.sentence = sentence
  }

  /// `line 5: expert 3 is named twice; …`.
  public var description: String {
    (line.map { "line \($0): " } ?? "") + sentence
  }
}
