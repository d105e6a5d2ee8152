import ModelSpec
import Processes

/// One of the two sides of a gate: how its benchmark is started.
public struct GateSide: Sendable {
  /// What it is called in documents.
  public var origin: GateDocument.Origin
  /// The program and its arguments.
  public var arguments: [String]
  /// Where it runs; `nil` for here.
  public var directory: String?
  /// What its process is told; the same for both sides.
  public var environment: [String: String]
  /// What it is told to make ready; `nil` for a benchmark with cells of its own.
  public var order: WorkerOrder?

  /// A side of a gate.
  public init(
    origin: GateDocument.Origin, arguments: [String], directory: String? = nil,
    environment: [String: String], order: WorkerOrder? = nil
  ) {
    self.origin = origin
    self.arguments = arguments
    self.directory = directory
    self.environment = environment
    self.order = order
  }

  /// The variable that tells a program that a gate asks, so that it may wait to be asked.
  public static let variable = "TENFOLD_GATE"

  /// The variable that moves the stack, where code placement is to be told from code.
  static let paddingVariable = "TENFOLD_PADDING"

  /// The same side with its stack elsewhere: the environment lies above it.
  public var displaced: GateSide {
    var side = self
    side.environment[Self.paddingVariable] = String(repeating: "x", count: Self.paddingBytes)
    return side
  }

  /// More than half a page, and no multiple of a cache line's bytes.
  private static let paddingBytes = 2_600

  /// The same side with some of its cells only; all of them for a benchmark with cells of its own.
  ///
  /// - Parameter choices: what its workers take over instead of trying.
  func limited(to cells: [String], choices: [String: String]) -> GateSide {
    var side = self
    side.order?.cells.removeAll { !cells.contains($0.id) }
    side.order?.checks = false
    side.order?.choices = choices
    return side
  }
}

/// Why a worker is of no more use, as the end of a sentence about it.
enum WorkerFault: Error, Hashable {
  /// The gate was asked to stop while it waited.
  case cancelled
  /// It could not be started.
  case notStarted(errno: Int32)
  /// It ended by itself.
  case ended(String)
  /// It did not answer in time.
  case silent(seconds: Double)
  /// It printed more than any benchmark has to say.
  case floods
  /// It printed what is no line of the schema.
  case nonsense(String)
  /// Its lines come faster than the passes that they tell of: it does not flush them one by one.
  case buffered

  /// The reason, for people.
  var sentence: String {
    switch self {
    case .cancelled: "the gate was interrupted"
    case .notStarted(let number): "it cannot be started (errno \(number))"
    case .ended(let how): "it ended with \(how)"
    case .silent(let seconds): "it said nothing for \(SecondsInWords(seconds))"
    case .floods:
      "it prints lines of more than \(ChildProcess.mostBytesOfALine >> 20) MiB, or hundreds that are no samples"
    case .nonsense(let line): "it printed a line that is no \(SampleLine.currentSchema): \(line)"
    case .buffered:
      "its lines come in bursts, so that their passes may have been stopped in between; flush standard "
        + "output after each"
    }
  }
}
