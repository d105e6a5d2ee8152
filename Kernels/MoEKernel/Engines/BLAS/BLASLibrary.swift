import CBLAS

/// A BLAS library with a C interface, opened at run time.
///
/// It is set to one thread when opened: the workers of a `WorkerPool` call it side by side.
/// The setting is global to the library, as its authors made it.
public final class BLASLibrary: Sendable {
  /// What is opened when no path is given: Debian's name for the OpenBLAS in use.
  public static let defaultPath = "libopenblas.so.0"

  /// The path of the loaded file with all links followed, so that records tell Debian's alternatives apart.
  public let path: String
  /// The version, as digits and dots, or `unknown` where `config` holds none.
  public let version: String
  /// The kernel family that the library chose for this CPU, or `unknown`.
  public let core: String
  /// What the library says about its build; empty when it says nothing.
  public let config: String
  /// How wide the integers of the interface are.
  ///
  /// An `ilp64` library is refused when opened.
  public let interface = "lp64"

  /// Immutable after opening and never freed, so that any thread may call through it.
  private nonisolated(unsafe) let library: OpaquePointer

  /// Opens a library and checks that it can be used.
  ///
  /// - Parameter path: A file, or a name for the loader to find; `nil` for `defaultPath`.
  /// - Throws: `BLASError` when the file does not load, is not a CBLAS, or is an ILP64 build.
  public static func open(path: String? = nil) throws(BLASError) -> BLASLibrary {
    let path = path ?? defaultPath
    // An empty name is the loader's word for the running program itself.
    guard !path.isEmpty else { throw .notLoaded(path: "''", reason: "the path is empty") }
    var opening = cblas_library_opening()
    cblas_library_open(path, &opening)
    if let library = opening.library { return BLASLibrary(library) }
    let detail = withUnsafeBytes(of: opening.detail) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch opening.status {
    case CBLAS_LIBRARY_NO_SYMBOL: throw .missingSymbol(path: path, symbol: detail)
    case CBLAS_LIBRARY_ILP64: throw .integersAre64Bit(path: path, evidence: detail)
    case CBLAS_LIBRARY_WRONG_RESULT: throw .wrongResult(path: path)
    default: throw .notLoaded(path: path, reason: detail)
    }
  }

  private init(_ library: OpaquePointer) {
    self.library = library
    path = String(cString: cblas_library_path(library))
    config = String(cString: cblas_library_config(library))
    let core = String(cString: cblas_library_core(library))
    self.core = core.isEmpty ? "unknown" : core
    version = Self.version(in: config) ?? "unknown"
  }

  /// The threads that one call uses now; `nil` when the library does not say.
  public var threads: Int? {
    let count = Int(cblas_library_threads(library))
    return count > 0 ? count : nil
  }

  /// True when the library multiplies C = A·Bᵀ of this size without packing its operands first.
  func skipsPacking(m: Int, n: Int, k: Int) -> Bool {
    cblas_library_skips_packing(library, Int32(m), Int32(n), Int32(k)) != 0
  }

  /// The first word of `config` that begins with a digit and holds a dot.
  static func version(in config: String) -> String? {
    config.split(whereSeparator: { $0 == " " || $0 == "," })
      .first { $0.first?.isNumber == true && $0.contains(".") }
      .map(String.init)
  }
}

// MARK: - Products

extension BLASLibrary {
  /// y = A·x, or y += A·x: A is `outputs` × `inputs`, row-major with `stride`; more outputs than the interface
  /// can count are multiplied in several calls.
  ///
  /// - Parameter limit: The largest integer that the interface takes; smaller only in tests.
  func multiply(
    outputs: Int, inputs: Int, matrix: UnsafePointer<Float>, stride: Int,
    vector: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, accumulate: Bool,
    limit: Int = Int(Int32.max)
  ) {
    precondition(stride <= limit, "a row of \(stride) elements is too long for a 32-bit BLAS")
    var first = 0
    while first < outputs {
      let count = min(outputs - first, limit)
      cblas_library_sgemv(
        library, Int32(count), Int32(inputs), matrix + first * stride, Int32(stride), vector,
        accumulate ? 1 : 0, result + first)
      first += count
    }
  }

  /// C = A·Bᵀ, or C += A·Bᵀ, all row-major: A is m×k, B is n×k, C is m×n; more rows or columns than the
  /// interface can count are multiplied in several calls.
  ///
  /// - Parameter limit: The largest integer that the interface takes; smaller only in tests.
  func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, strideA: Int, b: UnsafePointer<Float>,
    strideB: Int, into c: UnsafeMutablePointer<Float>, strideC: Int, accumulate: Bool,
    limit: Int = Int(Int32.max)
  ) {
    precondition(
      max(strideA, strideB, strideC) <= limit,
      "a row of \(max(strideA, strideB, strideC)) elements is too long for a 32-bit BLAS")
    var row = 0
    while row < m {
      let rows = min(m - row, limit)
      var column = 0
      while column < n {
        let columns = min(n - column, limit)
        cblas_library_sgemm(
          library, 0, 1, Int32(rows), Int32(columns), Int32(k), a + row * strideA, Int32(strideA),
          b + column * strideB, Int32(strideB), accumulate ? 1 : 0, c + row * strideC + column,
          Int32(strideC))
        column += columns
      }
      row += rows
    }
  }

  /// C = A·B or Aᵀ·B, or C += either, all row-major, the products of a backward pass: C is m×n and B is k×n; A is
  /// m×k, or k×m where it is transposed.
  func multiplyPlain(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, strideA: Int, transposesA: Bool,
    b: UnsafePointer<Float>, strideB: Int, into c: UnsafeMutablePointer<Float>, strideC: Int,
    accumulate: Bool
  ) {
    precondition(
      max(strideA, strideB, strideC, m, n, k) <= Int(Int32.max),
      "a product of \(m)×\(n)×\(k) is too large for a 32-bit BLAS")
    cblas_library_sgemm(
      library, transposesA ? 1 : 0, 0, Int32(m), Int32(n), Int32(k), a, Int32(strideA), b,
      Int32(strideB), accumulate ? 1 : 0, c, Int32(strideC))
  }
}
