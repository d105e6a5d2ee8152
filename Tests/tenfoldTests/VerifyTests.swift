import Foundation
import Testing

/// Golden-layer checks from the outside: good layers, damaged ones, and a library that is not there.
@Suite struct VerifyTests {
  private let golden = repository.appending(path: "Tests/Golden/mixtral")

  /// A copy of a golden layer, with one of its files changed.
  private func verify(
    changing name: String, _ change: (inout Data) -> Void
  ) throws -> Executable.Outcome {
    try withTemporaryDirectory { directory in
      let copy = directory.appending(path: "layer")
      try FileManager.default.copyItem(at: golden, to: copy)
      let file = copy.appending(path: name)
      var data = try Data(contentsOf: file)
      change(&data)
      try data.write(to: file)
      return try Executable.release().run(["verify", copy.path, "--format", "json"])
    }
  }

  @Test func goldenLayersPass() throws {
    let outcome = try Executable.release().run(["verify", golden.path, "--format", "json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try outcome.json
    #expect(document["schema"] as? String == "tenfold.verify/1")
    let result = try #require((document["results"] as? [[String: Any]])?.first)
    #expect(result["directory"] as? String == golden.path)
    #expect(result["family"] as? String == "mixtral")
    #expect(result["passed"] as? Bool == true)
    #expect(try #require(result["tokens"] as? Int) > 0)
    #expect(try #require(result["max_relative_error"] as? Double) <= 1e-5)
  }

  @Test func aLayerThatDiffersIs1AndIsNamed() throws {
    // The file's last kilobyte is weights; without them the layer computes something else.
    let outcome = try verify(changing: "layer.safetensors") { data in
      data.replaceSubrange(data.count - 1024..<data.count, with: Data(count: 1024))
    }
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("1 of 1 layers differ"))
    let result = try #require((try outcome.json["results"] as? [[String: Any]])?.first)
    #expect(result["passed"] as? Bool == false)
  }

  /// Every engine has a result of its own, and a layer is one layer.
  @Test func aLayerThatDiffersWithTwoEnginesIsOneLayer() throws {
    try withTemporaryDirectory { directory in
      let copy = directory.appending(path: "layer")
      try FileManager.default.copyItem(at: golden, to: copy)
      let file = copy.appending(path: "layer.safetensors")
      var data = try Data(contentsOf: file)
      data.replaceSubrange(data.count - 1024..<data.count, with: Data(count: 1024))
      try data.write(to: file)
      let outcome = try Executable.release().run(
        ["verify", copy.path, golden.path, "--engine", "both"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("1 of 2 layers differ"), "\(outcome.errors)")
    }
  }

  /// Every error is a part of the largest output, and of nothing every part is nothing.
  @Test func outputsOfZeroVerifyNothing() throws {
    let outcome = try verify(changing: "io.safetensors") { data in
      let header = 8 + data.prefix(8).enumerated().reduce(0) { $0 | Int($1.1) << (8 * $1.0) }
      data.replaceSubrange(header..<data.count, with: Data(count: data.count - header))
    }
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("zero everywhere"))
  }

  @Test(arguments: ["layer.safetensors", "io.safetensors", "config.json"])
  func aTruncatedFileIs65(_ name: String) throws {
    for length in [0, 7, 100] {
      let outcome = try verify(changing: name) { $0 = $0.prefix(length) }
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains(name) || outcome.errors.contains("configuration"))
    }
  }

  @Test func aFileIsNoGoldenLayer() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "model.gguf")
      try Data("GGUF\u{3}\0\0\0".utf8).write(to: file)
      let outcome = try Executable.debug.run(["verify", file.path])
      #expect(outcome.status == 65)
      #expect(
        outcome.errors.contains("model.gguf is a GGUF file, and a golden layer is a directory"))
    }
  }

  @Test func aMissingDirectoryIs65() throws {
    let outcome = try Executable.release().run(["verify", "/no/such/layer"])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("/no/such/layer/config.json"))
  }

  @Test(arguments: ["/no/such/libblas.so", "/bin/true", "/etc/passwd"])
  func aLibraryThatIsNoneIs69(_ path: String) throws {
    for command in [["verify", golden.path], ["run", "olmoe-1b-7b"]] {
      let outcome = try Executable.release().run(command + ["--blas", path])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains(path))
      #expect(outcome.errors.count { $0 == "\n" } == 1, "\(outcome.errors)")
    }
  }

  /// Opening a pipe waits for whoever writes to it, and nobody does.
  @Test func aPipeIsNoLibrary() throws {
    try withTemporaryDirectory { directory in
      let pipe = directory.appending(path: "pipe").path
      #expect(mkfifo(pipe, 0o600) == 0)
      let outcome = try Executable.release().run(["verify", golden.path, "--blas", pipe])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("it is no regular file"))
    }
  }

  private static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// A library that ends the process would make every run a success.
  @Test(.enabled(if: compiler != nil))
  func aLibraryThatEndsTheProcessIs69() throws {
    try withTemporaryDirectory { directory in
      let (source, library) = ("\(directory.path)/end.c", "\(directory.path)/libend.so")
      let text = """
        #include <stdlib.h>
        __attribute__((constructor)) static void end(void) { exit(0); }
        """
      try Data(text.utf8).write(to: URL(filePath: source))
      let compiled = try Executable(path: try #require(Self.compiler))
        .run(["-shared", "-fPIC", "-o", library, source])
      #expect(compiled.status == 0, "\(compiled.errors)")
      let outcome = try Executable.release().run(["verify", golden.path, "--blas", library])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("ended the process"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func anInstructionSetThatIsNotThereIs69() throws {
    let outcome = try Executable.release().run(
      ["verify", golden.path, "--engine", "tile"], environment: ["TENFOLD_ISA": "v9"])
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("v9"))
  }

  @Test func bf16PassesWithinItsOwnTolerance() throws {
    let outcome = try Executable.release().run(
      ["verify", golden.path, "--precision", "bf16", "--format", "json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try #require((try outcome.json["results"] as? [[String: Any]])?.first)
    #expect(result["precision"] as? String == "bf16")
    let error = try #require(result["max_relative_error"] as? Double)
    let tolerance = try #require(result["tolerance"] as? Double)
    #expect(error > 1e-5)
    #expect(error <= tolerance)
  }
}
