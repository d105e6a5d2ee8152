/// Why a BLAS library cannot be used, with the sentence that says what to do.
public enum BLASError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The loader did not open the file; `reason` is in the loader's words.
  case notLoaded(path: String, reason: String)
  /// The file is a library, but a needed function is not in it.
  case missingSymbol(path: String, symbol: String)
  /// The library's integers have 64 bits where calls here pass 32; `evidence` says how that showed.
  case integersAre64Bit(path: String, evidence: String)
  /// The library multiplied a 2×4 matrix with a vector, and the product is wrong.
  case wrongResult(path: String)

  /// What is wrong with which file and what to do: one sentence for the user.
  public var description: String {
    switch self {
    case .notLoaded(let path, let reason):
      "cannot open the BLAS library \(path) (\(reason)): "
        + (path.isEmpty || path.contains("/")
          ? ""
          : "a name without a slash is one of the system's libraries, and a file here ./\(path); ")
        + Self.remedy
    case .missingSymbol(let path, let symbol):
      "\(path) is not a BLAS library with a C interface, for it has no \(symbol): \(Self.remedy)"
    case .integersAre64Bit(let path, let evidence):
      """
      the BLAS library \(path) takes 64-bit integers (ILP64: \(evidence)) and calls here pass 32 \
      bits (LP64): \(Self.remedy)
      """
    case .wrongResult(let path):
      "the BLAS library \(path) computes a wrong matrix-vector product: \(Self.remedy)"
    }
  }

  private static let remedy =
    "install one with apt-get install libopenblas-dev, or give --blas PATH"
}
