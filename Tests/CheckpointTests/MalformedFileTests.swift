import Testing

@testable import Checkpoint

/// What a malformed file is answered with.
struct MalformedFile: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]
  let error: CheckpointError

  /// A file whose header is this text, with `data` zero bytes behind it.
  init(_ what: String, header: String, data: Int = 0, _ error: CheckpointError) {
    self.init(
      what, bytes: fileBytes(header: header, data: [UInt8](repeating: 0, count: data)), error)
  }

  /// A file of one entry "a" with these fields, over 8 bytes of data.
  init(_ what: String, entry: String, _ flaw: TensorFlaw) {
    self.init(what, header: #"{"a":{\#(entry)}}"#, data: 8, .tensor(name: "a", flaw: flaw))
  }

  init(_ what: String, bytes: [UInt8], _ error: CheckpointError) {
    self.testDescription = what
    self.bytes = bytes
    self.error = error
  }

  static let container = [
    MalformedFile("an empty file", bytes: [], .fileTooShort(bytes: 0)),
    MalformedFile("seven bytes", bytes: [1, 0, 0, 0, 0, 0, 0], .fileTooShort(bytes: 7)),
    MalformedFile(
      "a header one byte longer than the file", bytes: littleEndian(UInt64(3)) + [0x7b, 0x7d],
      .headerBeyondFile(length: 3, available: 2)),
    MalformedFile(
      "a header length with the sign bit", bytes: [UInt8](repeating: 0xff, count: 16),
      .headerTooLong(length: .max, limit: 100_000_000)),
    MalformedFile(
      "a header one byte above the format's limit", bytes: littleEndian(UInt64(100_000_001)),
      .headerTooLong(length: 100_000_001, limit: 100_000_000)),
    MalformedFile(
      "a header that is not UTF-8", bytes: fileBytes(headerBytes: [0x7b, 0xff, 0x7d]),
      .headerNotText),
  ]

  static let syntax = [
    MalformedFile("an empty header", header: "", .syntax(0, "'{'", "its end")),
    MalformedFile("an array", header: "[]", .syntax(0, "'{'", "'['")),
    MalformedFile("a truncated object", header: #"{"a""#, .syntax(4, "':'", "its end")),
    MalformedFile(
      "a truncated string", header: #"{"a"#, .syntax(3, "the end of a string", "its end")),
    MalformedFile("a name without quotes", header: "{a:{}}", .syntax(1, "'\"'", "'a'")),
    MalformedFile("a comma before the brace", header: #"{"a":{},}"#, .noField("dtype")),
    MalformedFile("an entry that is no object", header: #"{"a":3}"#, .syntax(5, "'{'", "'3'")),
    MalformedFile(
      "garbage behind the object", header: "{} x", .syntax(3, "the end of the header", "'x'")),
    MalformedFile(
      "NUL behind the object", header: "{}\0", .syntax(2, "the end of the header", "byte value 0")),
    MalformedFile(
      "NUL in a name", header: "{\"a\0\"", .syntax(3, "a printable character", "byte value 0")),
    MalformedFile(
      "an unknown escape", header: #"{"\x""#, .syntax(3, "an escaped character", "'x'")),
    MalformedFile(
      "a short \\u escape", header: #"{"\u12""#, .syntax(6, "four hexadecimal digits", "'\"'")),
    MalformedFile(
      "half a surrogate pair", header: #"{"\ud800""#,
      .syntax(8, "the second half of a surrogate pair", "'\"'")),
    MalformedFile(
      "metadata that is no string", header: #"{"__metadata__":{"a":1}}"#,
      .syntax(21, "'\"'", "'1'")),
    MalformedFile(
      "metadata named twice", header: #"{"__metadata__":{"a":"1","a":"2"}}"#, .repeatedName("a")),
    MalformedFile(
      "two tensors of one name",
      header: #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
        + #""\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
      .repeatedName("a")),
  ]

  static let entries = [
    MalformedFile("no dtype", entry: #""shape":[2],"data_offsets":[0,8]"#, .missingField("dtype")),
    MalformedFile(
      "no shape", entry: #""dtype":"F32","data_offsets":[0,8]"#, .missingField("shape")),
    MalformedFile(
      "no offsets", entry: #""dtype":"F32","shape":[2]"#, .missingField("data_offsets")),
    MalformedFile(
      "two shapes", entry: #""shape":[2],"shape":[2]"#, .repeatedField("shape")),
    MalformedFile("an unknown field", entry: #""strides":[1]"#, .unknownField("strides")),
    MalformedFile(
      "an unknown dtype", entry: #""dtype":"F33","shape":[2],"data_offsets":[0,8]"#,
      .unknownDataType("F33")),
    MalformedFile(
      "a negative dimension", entry: #""dtype":"F32","shape":[-2],"data_offsets":[0,8]"#,
      .notACount(field: "shape", value: "-2")),
    MalformedFile(
      "a fraction as dimension", entry: #""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#,
      .notACount(field: "shape", value: "2.0")),
    MalformedFile(
      "a dimension with an exponent", entry: #""dtype":"F32","shape":[2e0],"data_offsets":[0,8]"#,
      .notACount(field: "shape", value: "2e0")),
    MalformedFile(
      "a leading zero", entry: #""dtype":"F32","shape":[02],"data_offsets":[0,8]"#,
      .notACount(field: "shape", value: "02")),
    MalformedFile(
      "a dimension beyond 63 bits",
      entry: #""dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]"#,
      .notACount(field: "shape", value: "9223372036854775808")),
    MalformedFile(
      "dimensions whose product overflows",
      entry: #""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]"#,
      .uncountable(shape: [4_294_967_296, 4_294_967_296], type: .f32)),
    MalformedFile(
      "half a byte", entry: #""dtype":"F4","shape":[15],"data_offsets":[0,8]"#,
      .uncountable(shape: [15], type: .f4)),
    MalformedFile(
      "a negative offset", entry: #""dtype":"F32","shape":[2],"data_offsets":[-8,8]"#,
      .notACount(field: "data_offsets", value: "-8")),
    MalformedFile(
      "one offset", entry: #""dtype":"F32","shape":[2],"data_offsets":[8]"#, .offsetCount(1)),
    MalformedFile(
      "inverted offsets", entry: #""dtype":"F32","shape":[2],"data_offsets":[8,0]"#,
      .offsetsInverted(begin: 8, end: 0)),
    MalformedFile(
      "a shape larger than its span", entry: #""dtype":"F32","shape":[3],"data_offsets":[0,8]"#,
      .spanDisagrees(shape: [3], type: .f32, needed: 12, span: 8)),
    MalformedFile(
      "a single value with the span of two",
      entry: #""dtype":"F32","shape":[],"data_offsets":[0,8]"#,
      .spanDisagrees(shape: [], type: .f32, needed: 4, span: 8)),
    MalformedFile(
      "a dtype of another width", entry: #""dtype":"BF16","shape":[2],"data_offsets":[0,8]"#,
      .spanDisagrees(shape: [2], type: .bf16, needed: 4, span: 8)),
    MalformedFile(
      "data cut off", entry: #""dtype":"F32","shape":[4],"data_offsets":[0,16]"#,
      .beyondFile(end: 16, available: 8)),
  ]

  static let placement = [
    MalformedFile(
      "overlapping tensors",
      header: #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}"#,
      data: 7, .overlap(first: "a", second: "b")),
    MalformedFile(
      "two tensors in one place",
      header: #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
      data: 4, .overlap(first: "a", second: "b")),
    MalformedFile(
      "a gap between tensors",
      header: #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}"#,
      data: 9, .unclaimedBytes(from: 4, to: 5)),
    MalformedFile(
      "a gap before the first", header: #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}"#,
      data: 5, .unclaimedBytes(from: 0, to: 1)),
    MalformedFile(
      "garbage behind the last", header: #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
      data: 6, .unclaimedBytes(from: 4, to: 6)),
    MalformedFile("data without tensors", header: "{}", data: 1, .unclaimedBytes(from: 0, to: 1)),
  ]
}

extension CheckpointError {
  fileprivate static func syntax(
    _ byte: Int, _ expected: String, _ found: String
  ) -> CheckpointError {
    .headerSyntax(byte: byte, expected: expected, found: found)
  }

  fileprivate static func noField(_ field: String) -> CheckpointError {
    .tensor(name: "a", flaw: .missingField(field))
  }
}

@Suite struct MalformedFileTests {
  @Test(arguments: MalformedFile.container + MalformedFile.syntax)
  func aBrokenHeaderIsRefused(_ file: MalformedFile) {
    #expect(throws: file.error) { try SafetensorsFile(bytes: file.bytes) }
  }

  @Test(arguments: MalformedFile.entries + MalformedFile.placement)
  func aHeaderThatContradictsTheBytesIsRefused(_ file: MalformedFile) {
    #expect(throws: file.error) { try SafetensorsFile(bytes: file.bytes) }
  }

  /// Every error is one line that a person can act on: it ends in what to do or lists what is
  /// known.
  @Test(
    arguments: MalformedFile.container + MalformedFile.syntax + MalformedFile.entries
      + MalformedFile.placement)
  func everyErrorIsASentence(_ file: MalformedFile) {
    let sentence = file.error.description
    #expect(!sentence.contains("\n"))
    #expect(sentence.contains(";"))
  }

  @Test func aNameFromTheFileCannotBreakTheSentence() {
    let name = "x\n" + String(repeating: "y", count: 1000)
    let sentence = CheckpointError.repeatedName(name).description
    #expect(!sentence.contains("\n"))
    #expect(sentence.count < 250)
  }
}
