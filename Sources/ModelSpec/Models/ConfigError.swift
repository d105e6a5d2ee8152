/// A configuration that does not describe a model, with the sentence that says why.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which field, which value, and what to do.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) {
    self.description = description
  }
}
