import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// What the table says of an engine before it is opened is what the engine says of itself.
@Suite struct EnginesTests {
  @Test(arguments: Engines.table.map(\.name))
  func anOpenedEngineIsAsTheTableSays(_ name: String) throws {
    let entry = try #require(Engines.table.first { $0.name == name })
    let opened = try entry.open(EngineSettings())
    #expect(opened.name == entry.name)
    #expect(opened.engine.formats == entry.formats)
    #expect((opened.blas != nil) == entry.traits.usesLibrary)
    #expect((opened.instructionSet != nil) == entry.traits.choosesInstructionSet)
  }

  @Test func namesAndTraitsAreEachOnce() {
    let names = Engines.table.map(\.name)
    #expect(Set(names).count == names.count)
    for entry in Engines.table { #expect(EngineTraits.named(entry.name) == entry.traits) }
    #expect(names.first == EngineTraits.usual.name)
  }
}
