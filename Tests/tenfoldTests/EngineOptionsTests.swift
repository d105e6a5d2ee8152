import Runner
import Testing

@testable import tenfold

/// What `--engine` takes: names, lists, and a word for the two that are mostly compared.
@Suite struct EngineOptionsTests {
  @Test(arguments: [
    ("tile", ["tile"]), ("blas", ["blas"]), ("both", ["tile", "blas"]),
    ("tile,blas", ["tile", "blas"]), ("blas,tile", ["blas", "tile"]),
  ])
  func namesAndLists(text: String, engines: [String]) throws {
    #expect(try OptionValue.engines(text) == engines)
  }

  @Test(arguments: ["", ",", "tile,", ",blas", "Tile", "tile blas", "tile,mkl", "both,"])
  func whatIsNoEngineIsRefusedByName(_ text: String) {
    let error = #expect(throws: OptionError.self) { try OptionValue.engines(text) }
    #expect(error?.description.contains("give one of: tile, blas, both") == true)
  }

  /// Engines are opened in the order of the table, each once, whatever the order of the list.
  @Test(arguments: ["both", "blas,tile", "tile,tile,blas"])
  func everyEngineOfAListIsOpenedOnce(_ list: String) throws {
    let options = try EngineOptions.parse(["--engine", list])
    #expect(try options.open().map(\.name) == ["tile", "blas"])
  }

  @Test func aLibraryNeedsAnEngineThatUsesOne() {
    #expect(throws: (any Error).self) {
      try EngineOptions.parse(["--engine", "tile", "--blas", "x"])
    }
    #expect(throws: Never.self) { try EngineOptions.parse(["--engine", "both", "--blas", "x"]) }
  }
}
