import Testing

@testable import Checkpoint

/// Elements come out as what they were stored as.
@Suite struct ElementTests {
  /// A file of one tensor "t".
  private func file(_ type: DataType, shape: [Int], _ data: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(
      bytes: fileBytes(
        header: #"{"t":{"dtype":"\#(type.rawValue)","shape":\#(shape),"#
          + #""data_offsets":[0,\#(data.count)]}}"#,
        data: data))
  }

  static let floats: [Float] = [0, -0.0, 1, -2.5, 0.333251953125, .infinity, -.infinity]

  @Test func floatsOfEveryWidthAreRead() throws {
    // 0.333251953125 is the binary16 number nearest to a third; bfloat16 rounds it to 0.333984375.
    let values = Self.floats
    let half = values.flatMap { littleEndian(Float16($0).bitPattern) }
    #expect(try file(.f16, shape: [7], half).floats("t") == values)
    let single = values.flatMap { littleEndian($0.bitPattern) }
    #expect(try file(.f32, shape: [7, 1], single).floats("t") == values)
    let double = values.flatMap { littleEndian(Double($0).bitPattern) }
    #expect(try file(.f64, shape: [1, 7], double).floats("t") == values)
    #expect(
      try file(.bf16, shape: [3], [0x80, 0x3f, 0x20, 0xc0, 0xab, 0x3e]).floats("t")
        == [1, -2.5, 0.333984375])
  }

  @Test func theSmallestHalvesAndNaNSurvive() throws {
    #expect(try file(.f16, shape: [1], [1, 0]).floats("t") == [0x1p-24])
    #expect(try file(.bf16, shape: [], [0xc0, 0x7f]).floats("t")[0].isNaN)
  }

  @Test func aPartIsReadWithoutItsNeighbours() throws {
    let bytes = (0..<6).flatMap { littleEndian(Float($0).bitPattern) }
    let tensor = try file(.f32, shape: [3, 2], bytes)
    #expect(try tensor.floats("t", elements: 2..<4) == [2, 3])
    #expect(try tensor.floats("t", elements: 6..<6) == [])
  }

  @Test func integersOfEveryWidthAreRead() throws {
    #expect(
      try file(.i64, shape: [2], littleEndian(Int64.min) + littleEndian(Int64(7)))
        .integers("t") == [.min, 7])
    #expect(try file(.u64, shape: [1], littleEndian(UInt64(Int.max))).integers("t") == [.max])
    #expect(try file(.i32, shape: [1], littleEndian(Int32(-3))).integers("t") == [-3])
    #expect(try file(.u32, shape: [1], littleEndian(UInt32.max)).integers("t") == [4_294_967_295])
    #expect(try file(.i16, shape: [1], littleEndian(Int16(-3))).integers("t") == [-3])
    #expect(try file(.u16, shape: [1], littleEndian(UInt16.max)).integers("t") == [65_535])
    #expect(try file(.i8, shape: [1], [0xfd]).integers("t") == [-3])
    #expect(try file(.u8, shape: [1], [0xfd]).integers("t") == [253])
    #expect(try file(.bool, shape: [2], [0, 1]).integers("t") == [0, 1])
  }

  @Test func emptyTensorsAndFilesAreWellFormed() throws {
    #expect(try file(.f32, shape: [0], []).floats("t").isEmpty)
    #expect(try file(.f32, shape: [Int.max, 0, Int.max], []).floats("t").isEmpty)
    #expect(try SafetensorsFile(bytes: fileBytes(header: "{}")).tensors.isEmpty)
    #expect(try SafetensorsFile(bytes: fileBytes(header: " \n{ } \t")).tensors.isEmpty)
  }

  @Test func everyKnownTypeIsAcceptedInAHeader() throws {
    for type in DataType.allCases {
      // Eight elements of any type fill whole bytes: as many as one element has bits.
      let tensor = try file(type, shape: [8], [UInt8](repeating: 0, count: type.bits))["t"]
      #expect(tensor?.dataType == type)
      #expect(tensor?.count == 8)
    }
  }

  @Test func whatCannotBeConvertedIsRefused() throws {
    let packed = try file(.f8e4m3, shape: [2], [0, 0])
    #expect(
      throws: CheckpointError.tensor(
        name: "t",
        flaw: .notReadable(as: "floats", type: .f8e4m3, readable: SafetensorsFile.floatTypes))
    ) { try packed.floats("t") }
    #expect(
      throws: CheckpointError.tensor(
        name: "t",
        flaw: .notReadable(
          as: "integers", type: .f8e4m3, readable: SafetensorsFile.integerTypes))
    ) { try packed.integers("t") }
    #expect(throws: CheckpointError.tensor(name: "x", flaw: .absent)) { try packed.floats("x") }
    let large = try file(.u64, shape: [1], littleEndian(UInt64.max))
    #expect(throws: CheckpointError.tensor(name: "t", flaw: .integerTooLarge(.max))) {
      try large.integers("t")
    }
  }
}
