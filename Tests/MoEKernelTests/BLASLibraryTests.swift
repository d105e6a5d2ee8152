import Foundation
import Testing

@testable import MoEKernel

@Suite struct BLASLibraryTests {
  @Test func identifiesItself() throws {
    let library = try BLASLibrary.open()
    #expect(library.path.hasPrefix("/"))
    #expect(FileManager.default.fileExists(atPath: library.path))
    #expect(library.interface == "lp64")
    #expect(library.version.contains("."))
    #expect(library.config.contains(library.version))
    // OpenBLAS says both, and it was told to stay on one thread.
    #expect(library.core != "unknown")
    #expect(library.threads == 1)
  }

  @Test(arguments: [
    ("OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH Haswell MAX_THREADS=64", "0.3.21"),
    ("BLIS 0.9.0", "0.9.0"),
    ("Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build", "2024.2-Product"),
  ])
  func readsVersions(config: String, version: String) {
    #expect(BLASLibrary.version(in: config) == version)
  }

  @Test func knowsNoVersionWhereNoneIsGiven() { #expect(BLASLibrary.version(in: "") == nil) }

  // MARK: What is not a BLAS

  @Test(arguments: ["/no/such/libblas.so", "/", "/dev/null", ""])
  func refusesWhatDoesNotLoad(path: String) {
    let error = #expect(throws: BLASError.self) { try BLASLibrary.open(path: path) }
    guard case .notLoaded = error else {
      Issue.record("expected notLoaded, got \(String(describing: error))")
      return
    }
    #expect(error?.description.contains("apt-get install libopenblas-dev") == true)
    #expect(error?.description.contains("--blas PATH") == true)
    if path.count > 1 { #expect(error?.description.contains(path) == true) }
    if path.contains("/") { #expect(error?.description.contains("a file here ./") == false) }
  }

  /// The loader looks for a bare name among the system's libraries, not where the user is.
  @Test func aBareNameIsToldFromAFile() {
    let error = #expect(throws: BLASError.self) { try BLASLibrary.open(path: "libno-such.so") }
    #expect(error?.description.contains("a file here ./libno-such.so") == true)
  }

  @Test(arguments: [
    "", "this is no library, but long enough to hold the header of one: 0123456789",
  ])
  func refusesFilesOfOtherKinds(content: String) throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("tenfold-\(UUID().uuidString).so")
    try content.write(to: file, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: BLASError.self) { try BLASLibrary.open(path: file.path) }
  }

  @Test func refusesALibraryWithoutBLAS() {
    #expect(throws: BLASError.missingSymbol(path: "libm.so.6", symbol: "cblas_sgemm")) {
      try BLASLibrary.open(path: "libm.so.6")
    }
  }

  /// Libraries made to be wrong, where the machine has a C compiler.
  @Test(
    .enabled(if: FakeLibrary.compiler != nil),
    arguments: [
      ("reads 64 bits", FakeLibrary.sgemv(integer: "long"), "64-bit integers"),
      (
        "says 64 bits",
        FakeLibrary.sgemv(integer: "int")
          + #"const char *openblas_get_config(void) { return "OpenBLAS 9 USE64BITINT"; }"#,
        "USE64BITINT"
      ),
      ("has 64 bits only", "void cblas_sgemm64_(void) {}", "cblas_sgemm64_"),
      ("has no sgemv", "void cblas_sgemm(void) {}", "has no cblas_sgemv"),
      (
        "is wrong", "void cblas_sgemm(void) {} void cblas_sgemv(void) {}",
        "wrong matrix-vector product"
      ),
    ])
  func refusesWrongLibraries(name: String, source: String, sentence: String) throws {
    let library = try FakeLibrary(source: source)
    defer { library.remove() }
    let error = #expect(throws: BLASError.self) { try BLASLibrary.open(path: library.path) }
    #expect(error?.description.contains(sentence) == true, "\(name)")
    #expect(error?.description.contains(library.path) == true, "\(name)")
  }

  @Test(.enabled(if: FakeLibrary.compiler != nil))
  func acceptsALibraryThatSaysNothing() throws {
    let file = try FakeLibrary(source: FakeLibrary.sgemv(integer: "int"))
    defer { file.remove() }
    let library = try BLASLibrary.open(path: file.path)
    #expect(library.version == "unknown")
    #expect(library.core == "unknown")
    #expect(library.config.isEmpty)
    #expect(library.threads == nil)
  }

  // MARK: Products

  /// With a limit of 3 in place of 2³¹ − 1, sizes below, at and beyond it, and multiples.
  @Test(arguments: [1, 3, 4, 6, 7], [false, true])
  func cutsProductsThatExceedTheInterface(size: Int, accumulate: Bool) throws {
    let library = try BLASLibrary.open()
    let (m, n, k) = (size, size + 1, 2)
    // Small whole numbers: every product is exact.
    let a = (0..<(m * k)).map { Float($0 % 5) }
    let b = (0..<(n * k)).map { Float($0 % 7) - 3 }
    var c = [Float](repeating: 100, count: m * n)
    var y = [Float](repeating: 100, count: m)
    // Strides are within the limit only when the tests' limit does not apply to them.
    library.multiply(
      m: m, n: n, k: k, a: a, strideA: k, b: b, strideB: k, into: &c, strideC: n,
      accumulate: accumulate, limit: max(3, n))
    library.multiply(
      outputs: m, inputs: k, matrix: a, stride: k, vector: b, into: &y, accumulate: accumulate,
      limit: 3)
    let start: Float = accumulate ? 100 : 0
    for row in 0..<m {
      for column in 0..<n {
        let exact = a[row * 2] * b[column * 2] + a[row * 2 + 1] * b[column * 2 + 1]
        #expect(c[row * n + column] == start + exact)
      }
      #expect(y[row] == start + a[row * 2] * b[0] + a[row * 2 + 1] * b[1])
    }
  }
}

/// A shared library compiled from a few lines of C.
struct FakeLibrary {
  let path: String

  /// The first C compiler found on the path.
  static let compiler: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":")
    .flatMap { folder in ["cc", "gcc", "clang"].map { "\(folder)/\($0)" } }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// A correct row-major sgemv whose integers are of the given type, and an sgemm to go with it.
  static func sgemv(integer: String) -> String {
    """
    void cblas_sgemm(void) {}
    void cblas_sgemv(int order, int trans, \(integer) m, \(integer) n, float alpha, const float *a,
        \(integer) lda, const float *x, \(integer) incx, float beta, float *y, \(integer) incy) {
      for (\(integer) i = 0; i < m; i++) {
        float sum = 0;
        for (\(integer) j = 0; j < n; j++) sum += a[i * lda + j] * x[j * incx];
        y[i * incy] = alpha * sum + (beta == 0 ? 0 : beta * y[i * incy]);
      }
    }

    """
  }

  init(source: String) throws {
    let base = FileManager.default.temporaryDirectory
      .appendingPathComponent("tenfold-\(UUID().uuidString)").path
    try source.write(toFile: base + ".c", atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: base + ".c") }
    path = base + ".so"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.compiler))
    process.arguments = ["-shared", "-fPIC", "-O1", "-o", path, base + ".c"]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
