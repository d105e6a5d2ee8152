// swift-tools-version: 6.2
import PackageDescription

// The targets and their arrows are the architecture (README.md, "How the code is laid out"):
// measuring and reporting meet only in the record, and unsafe memory is touched only under Kernels/.

let package = Package(
  name: "tenfold",
  products: [
    .executable(name: "tenfold", targets: ["tenfold"]),
    .library(name: "MoEKernel", targets: ["MoEKernel"]),
  ],
  dependencies: [
    // Parses the command line, prints help and makes shell completions.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Writes standard streams and looks at files with every errno, without unsafe pointers.
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // MARK: - What a layer is
    .target(name: "LayerSpec"),

    // MARK: - What estimates
    .target(name: "Statistics", swiftSettings: houseSettings + optimised),

    // MARK: - What multiplies
    .target(name: "CBLAS", path: "Kernels/CBLAS", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CCounters", path: "Kernels/CCounters"),
    .target(name: "CProcess", path: "Kernels/CProcess"),
    .target(name: "CTerminal", path: "Kernels/CTerminal"),
    .target(name: "CThread", path: "Kernels/CThread"),
    .target(name: "CVector", path: "Kernels/CVector"),
    .target(
      name: "Tile", dependencies: ["CVector", "LayerSpec"], path: "Kernels/Tile",
      exclude: ["Kernel", "README.md"], swiftSettings: optimised),
    .target(
      name: "MoEKernel", dependencies: ["CBLAS", "CThread", "Tile", "LayerSpec", "Statistics"],
      path: "Kernels/MoEKernel",
      swiftSettings: optimised + aligned),

    // MARK: - What runs beside
    .target(name: "Processes", dependencies: ["CProcess"], path: "Kernels/Processes"),

    // MARK: - What is known, what is measured, what is told
    .target(
      name: "ModelSpec", dependencies: ["LayerSpec", "Statistics"],
      exclude: ["catalogue", "claims", "familyDefaults"].map { "Data/\($0).schema.json" },
      swiftSettings: houseSettings + optimised, plugins: ["EmbedTextPlugin"]),
    // Data files become strings of the executable when it is built.
    .executableTarget(name: "EmbedText"),
    .plugin(
      name: "EmbedTextPlugin", capability: .buildTool(), dependencies: ["EmbedText"],
      path: "Sources/EmbedTextPlugin"),
    .target(name: "Checkpoint", dependencies: ["LayerSpec"], swiftSettings: houseSettings),
    .target(
      name: "Runner",
      dependencies: [
        "MoEKernel", "CCounters", "Processes", "Checkpoint", "ModelSpec", "LayerSpec", "Statistics",
      ],
      exclude: ["Gate/README.md", "RoutingInputs/Recordings/README.md"],
      swiftSettings: houseSettings),
    .target(
      name: "Reporter", dependencies: ["ModelSpec", "Statistics", "LayerSpec"],
      swiftSettings: houseSettings + optimised),
    .executableTarget(
      name: "tenfold",
      dependencies: [
        "Runner", "Reporter", "ModelSpec", "LayerSpec", "Statistics", "Processes", "CTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: houseSettings),

    // MARK: - Tests
    .testTarget(name: "LayerSpecTests", dependencies: ["LayerSpec"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Runner", "ModelSpec"]),
    .testTarget(
      name: "ModelSpecTests", dependencies: ["ModelSpec", "LayerSpec", "Statistics"],
      exclude: ["Golden"]),
    .testTarget(
      name: "CheckpointTests", dependencies: ["Checkpoint", "MoEKernel", "LayerSpec"]),
    .testTarget(
      name: "TileTests", dependencies: ["Tile", "MoEKernel", "CVector", "LayerSpec", "Statistics"],
      swiftSettings: optimised),
    .testTarget(
      name: "MoEKernelTests",
      dependencies: ["MoEKernel", "Tile", "LayerSpec", "Statistics", "CCounters"],
      swiftSettings: optimised),
    .testTarget(name: "ProcessesTests", dependencies: ["Processes"]),
    .testTarget(
      name: "RunnerTests",
      dependencies: ["Runner", "MoEKernel", "ModelSpec", "LayerSpec", "Statistics"],
      exclude: ["Machine/Trees"]),
    .testTarget(
      name: "ReporterTests", dependencies: ["Reporter", "ModelSpec", "LayerSpec", "Statistics"],
      exclude: ["Golden"]),
    // A workload and a weight format of its own, through public seams alone.
    .testTarget(
      name: "SeamTests",
      dependencies: ["Runner", "Reporter", "MoEKernel", "ModelSpec", "LayerSpec"]),
    .testTarget(name: "tenfoldTests", dependencies: ["tenfold"], exclude: ["Data"]),
  ],
  swiftLanguageModes: [.v6]
)

for level in tileLevels {
  package.targets.append(tileTarget(level))
  package.targets.first { $0.name == "Tile" }?.dependencies.append(
    .init(stringLiteral: "Tile\(level)"))
}

/// Outside Kernels/ no memory may be touched unchecked.
var houseSettings: [SwiftSetting] { [.strictMemorySafety()] }

/// Kernels, their tests' oracles, and what tests simulate, read and write a hundred times are optimised
/// in debug builds too: tests would otherwise take minutes.
var optimised: [SwiftSetting] { [.unsafeFlags(["-O"], .when(configuration: .debug))] }

/// The builds of the microkernel; arm64 has one, on the plain source.
var tileLevels: [String] {
  #if arch(x86_64)
    ["V2", "V3", "V4"]
  #else
    ["V2"]
  #endif
}

/// Functions and innermost loops begin on a cache line.
///
/// How fast they are does not depend then on what was linked before them: a change elsewhere, by which kernels
/// moved by 32 bytes, had made 16 tokens of Llama 3 8B 4 % slower (Zen 3, 2026-11-30). A build folder from before
/// must be removed: objects whose intermediate code is the same are kept, whatever these flags say.
var aligned: [SwiftSetting] {
  var flags = ["-Xllvm", "-align-all-functions=6"]
  #if arch(x86_64)
    flags += ["-Xllvm", "-x86-experimental-pref-innermost-loop-alignment=6"]
  #endif
  return [.unsafeFlags(flags)]
}

/// One build of the microkernel, whose sources are links to one: its instruction set, and its loops
/// over rows and vectors unrolled whole, without which the sums of a product live in memory.
@MainActor func tileTarget(_ level: String) -> Target {
  var flags = ["-Xllvm", "-unroll-threshold=2000"]
  #if arch(x86_64)
    flags += ["-Xcc", "-march=x86-64-\(level.lowercased())"]
    // Code of this build may use bf16 instructions only where the source says so, and the source asks
    // the CPU first: nothing else becomes one.
    if level == "V4" { flags += ["-Xcc", "-mavx512bf16"] }
  #endif
  return .target(
    name: "Tile\(level)", dependencies: ["CVector", "LayerSpec"], path: "Kernels/Tile\(level)",
    swiftSettings: optimised + aligned + [.define("TILE_\(level)"), .unsafeFlags(flags)])
}

// CI turns every warning of our own targets into an error (.ci/run); users of newer compilers are
// spared that.
if Context.environment["TENFOLD_WARNINGS"] == "error" {
  // Plugins are built without settings.
  for target in package.targets where target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
