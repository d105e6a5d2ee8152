import FoundationEssentials
import ModelSpec

/// The version and the build of this executable.
enum ToolVersion {
  /// The release, such as CHANGELOG.md describes it.
  static let current = "0.1.0"

  /// True for a build whose times would mean nothing.
  static var isDebugBuild: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// Refuses to measure with a build whose times would mean nothing.
  static func requireReleaseBuild() throws(Failure) {
    guard !isDebugBuild else {
      throw Failure(.refused, "a debug build must not measure; build with swift build -c release")
    }
  }

  /// The identity that goes into a record.
  ///
  /// The source revision comes from `TENFOLD_COMMIT`, which `scripts/bench` sets: a binary that was
  /// copied away from its checkout does not know it and says `unknown`.
  static var identity: ToolIdentity {
    ToolIdentity(
      version: current,
      commit: ProcessInfo.processInfo.environment["TENFOLD_COMMIT"] ?? "unknown",
      build: isDebugBuild ? "debug" : "release",
      swift: compiler)
  }

  /// The version of the compiler, as far as conditional compilation can tell it.
  private static var compiler: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3.1)
      "6.3.1"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
