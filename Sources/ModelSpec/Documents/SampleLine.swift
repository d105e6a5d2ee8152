import FoundationEssentials

/// A line `tenfold.sample/1`: what any benchmark prints for each pass, so that the gate can judge it.
public struct SampleLine: Codable, Hashable, Sendable {
  /// The schema this version reads and writes.
  public static let currentSchema = "tenfold.sample/1"

  /// Name and version of the schema.
  public var schema: String
  /// What was timed, as the benchmark calls it.
  public var cell: String
  /// Seconds of the pass, or of all of them together where the line is of several.
  public var seconds: Double
  /// Passes that the line is of; absent for one.
  public var passes: Int?
  /// Counts of one pass that are equal every time, such as `flops`.
  public var work: [String: Int]?

  /// A line of a pass, or of several.
  public init(cell: String, seconds: Double, passes: Int? = nil, work: [String: Int]? = nil) {
    schema = Self.currentSchema
    self.cell = cell
    self.seconds = seconds
    self.passes = passes
    self.work = work
  }

  /// The longest name of a cell, in bytes.
  public static let longestName = 300

  /// What a line may tell: more than a clock cycle and less than a year.
  private static let secondsOfALine = 1e-12...3e7
  /// Passes of one line, as many as fit a year of the quickest.
  private static let mostPasses = 1_000_000_000

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    let sample = try JSONLine.decode(SampleLine.self, from: line, schema: Self.currentSchema)
    guard Self.secondsOfALine.contains(sample.seconds) else {
      throw RecordError(
        "\"seconds\" is \(sample.seconds), and a pass takes between a picosecond and a year")
    }
    guard (1...Self.mostPasses).contains(sample.passes ?? 1) else {
      throw RecordError(
        "\"passes\" is \(sample.passes ?? 0), and a line is of 1 to \(Self.mostPasses)")
    }
    guard !sample.cell.isEmpty, sample.cell.utf8.count <= Self.longestName else {
      throw RecordError("\"cell\" must have 1 to \(Self.longestName) bytes")
    }
    self = sample
  }
}

/// A line `tenfold.worker/1`: a benchmark that waits to be asked prints it first.
///
/// Whoever prints it then reads a `PassRequest` a line from standard input, and answers each with sample lines
/// of that cell. A benchmark that does not print it runs and prints all the time.
public struct WorkerHello: Codable, Hashable, Sendable {
  /// The schema this version reads and writes.
  public static let currentSchema = "tenfold.worker/1"

  /// Name and version of the schema.
  public var schema: String
  /// What can be asked for.
  public var cells: [Cell]
  /// What it chose by trying, in words of its own; absent where it chose nothing.
  public var choices: [String: String]?

  /// What the worker can time.
  public struct Cell: Codable, Hashable, Sendable {
    /// Its name.
    public var id: String
    /// Counts of one pass.
    public var work: [String: Int]?
    /// Why it cannot be timed; absent where it can.
    public var fault: String?

    /// A cell that is ready, or the reason why it is not.
    public init(id: String, work: [String: Int]? = nil, fault: String? = nil) {
      self.id = id
      self.work = work
      self.fault = fault
    }
  }

  /// What a worker with these cells prints.
  public init(cells: [Cell]) {
    schema = Self.currentSchema
    self.cells = cells
  }

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    self = try JSONLine.decode(WorkerHello.self, from: line, schema: Self.currentSchema)
  }
}

/// A line to a worker that waits: what it shall time.
public struct PassRequest: Codable, Hashable, Sendable {
  /// The name of the cell.
  public var cell: String
  /// The number of the first pass, which selects its inputs.
  public var first: Int
  /// Passes before it that are not timed, since what ran meanwhile left nothing in the caches.
  public var untimed: Int
  /// Passes to time.
  public var passes: Int

  /// So many passes of a cell.
  public init(cell: String, first: Int, untimed: Int, passes: Int) {
    self.cell = cell
    self.first = first
    self.untimed = untimed
    self.passes = passes
  }

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    let request = try JSONLine.decode(PassRequest.self, from: line, schema: nil)
    guard request.passes > 0, request.untimed >= 0, request.first >= 0 else {
      throw RecordError("a request needs passes, and no negative number")
    }
    self = request
  }
}

/// JSON documents of one line.
public enum JSONLine {
  private struct Header: Decodable {
    var schema: String
  }

  /// A value on one line, without its end.
  public static func text(_ value: some Encodable) -> String {
    let encoder = DocumentCoding.encoder
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      preconditionFailure("a line holds finite numbers only")
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// The schema that a line names.
  ///
  /// - Throws: `RecordError` for what is no JSON object that names one.
  public static func schema(of line: String) throws(RecordError) -> String {
    try decode(Header.self, from: line, schema: nil).schema
  }

  /// The value of a line, of the schema where there is one.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from line: String, schema: String?
  ) throws(RecordError) -> Value {
    let data = try JSONInput(Array(line.utf8)).data
    do {
      if let schema {
        let header = try DocumentCoding.decoder.decode(Header.self, from: data)
        guard header.schema == schema else {
          throw RecordError("the schema is \(header.schema), and \(schema) is read")
        }
      }
      return try DocumentCoding.decoder.decode(type, from: data)
    } catch let error as RecordError {
      throw error
    } catch {
      throw RecordError(DocumentCoding.sentence(error))
    }
  }
}
