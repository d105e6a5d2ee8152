import LayerSpec

/// What one engine made of one golden layer.
public struct VerifyResult: Hashable, Sendable, Codable {
  /// The folder as it was named.
  public let directory: String
  /// `model_type` of the layer's model.
  public let family: String
  /// What was run of a layer that is run in several ways: `prefill`, `decode`, `batch`; `nil` for others.
  public let `case`: String?
  /// The engine by name.
  public let engine: String
  /// The weight format that it used.
  public let precision: WeightFormat
  /// Rows that were compared.
  public let tokens: Int
  /// max|y − ŷ| / max|ŷ|, `nil` (null in JSON) when an output is not a number.
  public let maxRelativeError: Double?
  /// The largest error that rounding explains.
  public let tolerance: Double
  /// Whether the error is within the tolerance.
  public let passed: Bool

  /// Judges an error; one that is not finite has not passed.
  public init(
    directory: String, family: String, case name: String? = nil, engine: String,
    precision: WeightFormat, tokens: Int, error: Double, tolerance: Double
  ) {
    self.directory = directory
    self.family = family
    `case` = name
    self.engine = engine
    self.precision = precision
    self.tokens = tokens
    maxRelativeError = error.isFinite ? error : nil
    self.tolerance = tolerance
    passed = error <= tolerance
  }

  /// Writes every key, also that of an error which is no number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(directory, forKey: .directory)
    try container.encode(family, forKey: .family)
    try container.encodeIfPresent(`case`, forKey: .case)
    try container.encode(engine, forKey: .engine)
    try container.encode(precision, forKey: .precision)
    try container.encode(tokens, forKey: .tokens)
    try container.encode(maxRelativeError, forKey: .maxRelativeError)
    try container.encode(tolerance, forKey: .tolerance)
    try container.encode(passed, forKey: .passed)
  }
}

/// The JSON document of `tenfold verify`, schema `tenfold.verify/1`.
public struct VerifyDocument: Hashable, Sendable, Codable {
  /// Name and version of the schema, `tenfold.verify/1` in what this version writes.
  public let schema: String
  /// One entry for each folder and engine, in the order they were run.
  public let results: [VerifyResult]

  /// A document of these results.
  public init(results: [VerifyResult]) {
    schema = "tenfold.verify/1"
    self.results = results
  }

  /// Whether every layer passed with every engine.
  public var passed: Bool { results.allSatisfy(\.passed) }
}
