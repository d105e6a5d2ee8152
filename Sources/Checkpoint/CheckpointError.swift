/// A checkpoint that cannot be used, with the sentence that says why and what to do.
///
/// The sentence does not name the file: whoever opened it knows its path and puts it in front.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  // MARK: The container

  /// There are not even the eight bytes of the header's length.
  case fileTooShort(bytes: Int)
  /// The header is said to be longer than the rest of the file.
  case headerBeyondFile(length: UInt64, available: Int)
  /// The header is said to be longer than the format allows, as by the first bytes of a file of another format.
  case headerTooLong(length: UInt64, limit: Int)
  /// The header is not UTF-8, or only a part of it is.
  case headerNotText
  /// The header is not the JSON that the format prescribes; `byte` counts from the header's first.
  case headerSyntax(byte: Int, expected: String, found: String)
  /// A name stands twice in the header, or twice in its metadata.
  case repeatedName(String)
  /// One tensor's entry is wrong, or its elements cannot be read as asked.
  case tensor(name: String, flaw: TensorFlaw)
  /// Two tensors claim the same bytes; `first` begins no later than `second`.
  case overlap(first: String, second: String)
  /// Bytes of the data belong to no tensor; both ends count from the first byte behind the header.
  case unclaimedBytes(from: Int, to: Int)

  // MARK: The layer

  /// No table says how this family names its tensors.
  case unknownModelType(String, known: [String])
  /// No tensor of the file is a router of this family.
  case noRouter(modelType: String, names: [String])
  /// The file holds more than one layer with a router.
  case severalLayers(prefixes: [String])
  /// The configuration has a part that this family is not known to have.
  case unknownPart(String, modelType: String)
  /// A tensor that the layer needs is not in the file.
  case missingTensor(String, shape: [Int])
  /// A tensor has another shape than the configuration says.
  case wrongShape(tensor: String, found: [Int], expected: [Int])
  /// Tensors of the layer that its configuration has no place for.
  case unexpectedTensors([String])

  /// What is wrong, where, and what to do: one sentence for the user, names from the file quoted.
  public var description: String {
    switch self {
    case .fileTooShort(let bytes):
      """
      not a safetensors file: it has \(bytes) bytes and the length of its header alone takes 8; \
      fetch it again
      """
    case .headerBeyondFile(let length, let available):
      """
      the header is said to take \(length) bytes and only \(available) follow; the file is \
      truncated or not a safetensors file, fetch it again
      """
    case .headerTooLong(let length, let limit):
      """
      the header is said to take \(length) bytes, more than the format's \(limit); this is not a \
      safetensors file
      """
    case .headerNotText:
      "the header is not UTF-8 text; the file is damaged, fetch it again"
    case .headerSyntax(let byte, let expected, let found):
      """
      the header is malformed at its byte \(byte): expected \(expected), found \(found); the file \
      is damaged, fetch it again
      """
    case .repeatedName(let name):
      "the header names \(quoted(name)) twice; write the file again with distinct names"
    case .tensor(let name, let flaw):
      "tensor \(quoted(name)): \(flaw)"
    case .overlap(let first, let second):
      """
      tensors \(quoted(first)) and \(quoted(second)) overlap in the file; the header is damaged, \
      fetch the file again
      """
    case .unclaimedBytes(let from, let to):
      """
      bytes \(from)..<\(to) of the data belong to no tensor, which the format forbids; write the \
      file again
      """
    case .unknownModelType(let name, let known):
      """
      no tensor names are known for model_type \(quoted(name)); known are: \
      \(known.joined(separator: ", "))
      """
    case .noRouter(let modelType, let names):
      """
      no tensor is the router of a \(modelType) layer; expected a name that ends in \
      \(list(names, or: true))
      """
    case .severalLayers(let prefixes):
      "the file holds several layers, \(list(prefixes)); keep one of them per file"
    case .unknownPart(let part, let modelType):
      """
      the configuration asks for the \(part) of a \(modelType) layer, and no tensor name is known \
      for it; use a config.json of that family
      """
    case .missingTensor(let name, let shape):
      """
      tensor \(quoted(name)) of shape \(shape) is missing; use the config.json that belongs to the \
      file, or save the layer again
      """
    case .wrongShape(let tensor, let found, let expected):
      """
      tensor \(quoted(tensor)) has shape \(found) where the configuration asks for \(expected); \
      use the config.json that belongs to the file
      """
    case .unexpectedTensors(let names):
      """
      the configuration has no place for \(list(names)); use the config.json that belongs to the \
      file
      """
    }
  }
}

/// What is wrong with one tensor, whose name `CheckpointError.tensor` has.
public enum TensorFlaw: Hashable, Sendable, CustomStringConvertible {
  /// The entry lacks `dtype`, `shape` or `data_offsets`.
  case missingField(String)
  /// The entry has one of its fields twice.
  case repeatedField(String)
  /// The entry has a field that the format does not know.
  case unknownField(String)
  /// The elements are of a type that the format does not know.
  case unknownDataType(String)
  /// A dimension or an offset is not a whole number from 0 to 2⁶³−1.
  case notACount(field: String, value: String)
  /// `data_offsets` has another number of elements than two.
  case offsetCount(Int)
  /// The tensor ends before it begins.
  case offsetsInverted(begin: Int, end: Int)
  /// The tensor ends behind the end of the file; both count from the first byte behind the header.
  case beyondFile(end: Int, available: Int)
  /// The bytes of the shape are no whole number, or do not fit in 63 bits.
  case uncountable(shape: [Int], type: DataType)
  /// Shape and element type ask for another number of bytes than the offsets span.
  case spanDisagrees(shape: [Int], type: DataType, needed: Int, span: Int)
  /// The file has no tensor of the name that was asked for.
  case absent
  /// The elements are of a type that `floats`, or `integers`, does not convert.
  case notReadable(as: String, type: DataType, readable: [DataType])
  /// An unsigned element exceeds 2⁶³−1.
  case integerTooLarge(UInt64)

  /// What is wrong, with the values, and what to do.
  public var description: String {
    switch self {
    case .missingField(let field):
      "its entry in the header has no \(field); the header is damaged, fetch the file again"
    case .repeatedField(let field):
      "its entry in the header has \(field) twice; write the file again"
    case .unknownField(let field):
      "its entry in the header has the unknown field \(quoted(field)); write the file again"
    case .unknownDataType(let name):
      """
      unknown dtype \(quoted(name)); known are \
      \(DataType.allCases.map(\.rawValue).joined(separator: ", "))
      """
    case .notACount(let field, let value):
      "\(field) holds \(value), which is not a whole number from 0 to 2^63-1; write the file again"
    case .offsetCount(let count):
      "data_offsets holds \(count) numbers instead of 2; write the file again"
    case .offsetsInverted(let begin, let end):
      "data_offsets [\(begin), \(end)] end before they begin; write the file again"
    case .beyondFile(let end, let available):
      """
      it ends at byte \(end) of the data and the file holds \(available); the file is truncated, \
      fetch it again
      """
    case .uncountable(let shape, let type):
      """
      shape \(shape) of \(type.rawValue) is no whole number of bytes below 2^63; write the file \
      again
      """
    case .spanDisagrees(let shape, let type, let needed, let span):
      """
      shape \(shape) of \(type.rawValue) takes \(needed) bytes and data_offsets span \(span); the \
      header is damaged, fetch the file again
      """
    case .absent:
      "it is not in the file"
    case .notReadable(let target, let type, let readable):
      """
      it holds \(type.rawValue), which cannot be read as \(target); store it as \
      \(list(readable.map(\.rawValue), or: true, quotes: false))
      """
    case .integerTooLarge(let value):
      "it holds \(value), which exceeds 2^63-1"
    }
  }
}

/// A name from a file in quotes, on one line and of bearable length.
private func quoted(_ name: String) -> String {
  let limit = 120
  return name.count <= limit
    ? name.debugDescription : "\(String(name.prefix(limit)).debugDescription)…"
}

/// The first few of the names, with the number of the others.
private func list(_ names: [String], or: Bool = false, quotes: Bool = true) -> String {
  let limit = 4
  var shown = names.prefix(limit).map { quotes ? quoted($0) : $0 }
  if names.count > limit { shown.append("\(names.count - limit) more") }
  guard let last = shown.popLast() else { return "nothing" }
  return shown.isEmpty ? last : shown.joined(separator: ", ") + (or ? " or " : " and ") + last
}
