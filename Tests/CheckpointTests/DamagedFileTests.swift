import Testing

@testable import Checkpoint

/// A file that was damaged anywhere is either refused or still well-formed; it never traps.
@Suite struct DamagedFileTests {
  static let intact = fileBytes(
    header: #"{"__metadata__":{"format":"p\u0074"},"b":{"dtype":"F32","shape":[2,1],"#
      + #""data_offsets":[4,12]},"a\n":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}} "#,
    data: [UInt8](1...12))

  @Test func theIntactFileIsRead() throws {
    let file = try SafetensorsFile(bytes: Self.intact)
    #expect(file.tensors.map(\.name) == ["a\n", "b"])
    #expect(file.metadata == ["format": "pt"])
    #expect(file["b"]?.shape == [2, 1])
    #expect(file["c"] == nil)
  }

  @Test func everyTruncationIsRefused() {
    for count in Self.intact.indices {
      #expect(throws: CheckpointError.self, "\(count) bytes") {
        try SafetensorsFile(bytes: Array(Self.intact.prefix(count)))
      }
    }
  }

  @Test func noFlippedBitTraps() {
    var survivors = 0
    for index in Self.intact.indices {
      for bit in 0..<8 {
        var bytes = Self.intact
        bytes[index] ^= 1 << bit
        survivors += readable(bytes) ? 1 : 0
      }
    }
    // At least every flip in the 12 bytes of data leaves a well-formed file.
    #expect(survivors >= 12 * 8)
  }

  /// Every byte of the file replaced by each of those that mean something to the scanner.
  @Test func noReplacedByteTraps() {
    for index in Self.intact.indices {
      for byte in Array("{}[]\",:\\u0-9.e \0".utf8) + [0x7f, 0x80, 0xc3, 0xff] {
        var bytes = Self.intact
        bytes[index] = byte
        _ = readable(bytes)
      }
    }
  }

  @Test func noRemovedOrRepeatedByteTraps() {
    for index in Self.intact.indices {
      var shorter = Self.intact
      shorter.remove(at: index)
      _ = readable(shorter)
      var longer = Self.intact
      longer.insert(longer[index], at: index)
      _ = readable(longer)
    }
  }

  /// Whether the file is well-formed; every tensor of one that is gets read.
  private func readable(_ bytes: [UInt8]) -> Bool {
    guard let file = try? SafetensorsFile(bytes: bytes) else { return false }
    for tensor in file.tensors {
      if let values = try? file.floats(tensor.name) { #expect(values.count == tensor.count) }
      if let values = try? file.integers(tensor.name) { #expect(values.count == tensor.count) }
    }
    return true
  }
}
