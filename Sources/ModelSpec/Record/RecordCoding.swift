import FoundationEssentials

/// A record that cannot be read, with the sentence that says why.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and where in the document.
  public let description: String

  /// An error with its sentence.
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
      return try [UInt8](DocumentCoding.encoder.encode(self)) + [UInt8(ascii: "\n")]
    } catch {
      throw RecordError("the record cannot be written: \(DocumentCoding.sentence(error))")
    }
  }

  /// Reads a JSON document of schema `tenfold.result/1`.
  ///
  /// - Throws: `RecordError` for anything else, naming the field.
  public init(decoding bytes: [UInt8]) throws(RecordError) {
    struct Header: Decodable { var schema: String }
    let data = Data(bytes)
    do {
      let header = try DocumentCoding.decoder.decode(Header.self, from: data)
      guard header.schema == Self.currentSchema else {
        throw RecordError(
          "the schema is \(header.schema), and this tenfold reads \(Self.currentSchema)")
      }
      self = try DocumentCoding.decoder.decode(Record.self, from: data)
    } catch let error as RecordError {
      throw error
    } catch {
      throw RecordError(DocumentCoding.sentence(error))
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

  /// The counterpart of `encoder`.
  public static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  /// One sentence for what a coder threw, naming the field.
  public static func sentence(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty
        ? "the document"
        : path.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
          .joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\(place(context.codingPath)) has no \(key.stringValue)"
    case DecodingError.valueNotFound(_, let context):
      return "\(place(context.codingPath)) is null"
    case DecodingError.typeMismatch(_, let context):
      return "\(place(context.codingPath)) has the wrong type: \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context):
      return "\(place(context.codingPath)) is not valid JSON: \(context.debugDescription)"
    case EncodingError.invalidValue(let value, let context):
      return "\(place(context.codingPath)) is \(value)"
    default:
      return "\(error)"
    }
  }
}
