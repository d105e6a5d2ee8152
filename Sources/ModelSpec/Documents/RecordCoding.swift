import FoundationEssentials

/// A record that cannot be read, with the sentence that says why.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and where in the document.
  public let description: String

  /// An error whose sentence names the field, for the caller to continue.
  public init(_ description: String) {
    self.description = description
  }
}

extension Record {
  /// The JSON document: UTF-8, sorted keys, a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public func encoded() throws(RecordError) -> [UInt8] {
    do {
      return Array(try DocumentCoding.text(self).utf8)
    } catch {
      throw RecordError("the record cannot be written: \(DocumentCoding.sentence(error))")
    }
  }

  /// Reads a JSON document of schema `tenfold.result/1`.
  ///
  /// - Throws: `RecordError` for anything else, naming the field.
  public init(decoding bytes: [UInt8]) throws(RecordError) {
    self = try DocumentCoding.read(Record.self, of: Self.currentSchema, from: bytes)
  }
}

extension GateDocument {
  /// Reads a JSON document of schema `tenfold.gate/1`.
  ///
  /// - Throws: `RecordError` for anything else, naming the field.
  public init(decoding bytes: [UInt8]) throws(RecordError) {
    self = try DocumentCoding.read(GateDocument.self, of: Self.currentSchema, from: bytes)
  }
}

extension DocumentCoding {
  /// What every document begins by saying of itself.
  private struct Header: Decodable { var schema: String }

  /// The schema that a document names, such as `tenfold.result/1`.
  ///
  /// - Throws: `RecordError` for what is no JSON, or names none.
  public static func schema(of bytes: [UInt8]) throws(RecordError) -> String {
    let data = try JSONInput(bytes).data
    do {
      return try decoder.decode(Header.self, from: data).schema
    } catch {
      throw RecordError(JSONSyntax.sentence(on: bytes) ?? sentence(error))
    }
  }

  /// Reads a document of one schema.
  ///
  /// - Throws: `RecordError` for anything else, naming the field.
  fileprivate static func read<Document: Decodable>(
    _ type: Document.Type, of schema: String, from bytes: [UInt8]
  ) throws(RecordError) -> Document {
    let data = try JSONInput(bytes).data
    do {
      let header = try decoder.decode(Header.self, from: data)
      guard header.schema == schema else {
        throw RecordError("the schema is \(header.schema), and this tenfold reads \(schema)")
      }
      return try decoder.decode(type, from: data)
    } catch let error as RecordError {
      throw error
    } catch {
      throw refusal(of: data, as: type, error, syntax: JSONSyntax.sentence(on: bytes))
    }
  }

  /// Why a document is not what it should be, naming the number that its field cannot hold where one is to
  /// blame.
  ///
  /// - Parameter syntax: where it stops being JSON; `nil` where it does not.
  private static func refusal<Document: Decodable>(
    of data: Data, as type: Document.Type, _ error: any Error, syntax: String?
  ) -> RecordError {
    do {
      let misfit = try NumberSearch(in: data).sentence { _ = try decoder.decode(type, from: $0) }
      return RecordError(misfit ?? syntax ?? sentence(error))
    } catch {
      return RecordError(syntax ?? sentence(error))
    }
  }
}

/// How every document of Tenfold becomes JSON.
public enum DocumentCoding {
  /// Sorted keys, snake_case, slashes as they are, indented; refuses NaN and infinity.
  public static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return encoder
  }

  /// A document as text with a newline at the end.
  ///
  /// What a terminal would not show as it is, such as a change of the reading direction, stands as `\u202E`:
  /// the same string for whoever reads the document, and harmless for whoever looks at it.
  ///
  /// - Throws: `EncodingError` when a number is not finite.
  public static func text(_ document: some Encodable) throws -> String {
    let text = String(decoding: try encoder.encode(document), as: UTF8.self)
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII && scalar != "\u{7F}" || !isInvisible(scalar) {
        result.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: true)
          let zeros = String(repeating: "0", count: 4 - digits.count)
          result.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
        }
      }
    }
    return String(result) + "\n"
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// The counterpart of `encoder`.
  public static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  /// One sentence for what a coder threw, naming the field as the document does; without its full
  /// stop, to be continued by the caller.
  public static func sentence(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\(place(context.codingPath)) has no \(name(key))"
    case DecodingError.valueNotFound(_, let context):
      return "\(place(context.codingPath)) is null"
    case DecodingError.typeMismatch(let type, let context):
      return "\(place(context.codingPath)) has the wrong type: expected \(words(type))"
    case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty:
      return "the document is not valid JSON"
    case DecodingError.dataCorrupted(let context):
      return "\(place(context.codingPath)) is not accepted: \(clause(context.debugDescription))"
    case EncodingError.invalidValue(let value, let context):
      return "\(place(context.codingPath)) is \(value)"
    default:
      return "\(error)"
    }
  }

  /// Where in the document: `cells[0].time_ratio`.
  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "the document"
      : path.reduce("") { place, key in
        if let index = key.intValue { return "\(place)[\(index)]" }
        return place.isEmpty ? name(key) : "\(place).\(name(key))"
      }
  }

  /// A key in snake_case, as documents have it.
  private static func name(_ key: any CodingKey) -> String {
    key.stringValue.reduce(into: "") { name, letter in
      name += letter.isUppercase ? "_\(letter.lowercased())" : String(letter)
    }
  }

  /// What a value of a type is in a document.
  private static func words(_ type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is any Numeric.Type: "a number"
    case is any DocumentList.Type: "a list"
    default: "an object"
    }
  }

  /// A coder's sentence as a part of another: no capital at its beginning, no full stop at its end.
  private static func clause(_ sentence: String) -> String {
    let whole = sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...]
    return whole.prefix(1).lowercased() + whole.dropFirst()
  }
}

/// What decodes from a list, whatever its elements are.
private protocol DocumentList {}
extension Array: DocumentList {}

/// Writes Tenfold's JSON documents.
public enum JSONText {
  /// The document with sorted keys in snake_case and a newline at the end.
  ///
  /// - Throws: `RecordError` when a number is not finite.
  public static func render(_ document: some Encodable) throws(RecordError) -> String {
    do {
      return try DocumentCoding.text(document)
    } catch {
      throw RecordError("the document cannot be written: \(DocumentCoding.sentence(error))")
    }
  }
}

/// A key that data name.
struct NameKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
