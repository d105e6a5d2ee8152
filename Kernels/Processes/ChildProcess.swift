import CProcess

/// A program that runs in a process group of its own, so that it can be stopped, continued and ended whole.
///
/// It ends with this process, whatever ends that: the kernel kills the leader of its group, and a
/// `ProcessWatcher` the others, also where they are stopped.
public final class ChildProcess {
  private let child: cprocess_child
  private let watcher: ProcessWatcher?
  /// What was read of its output and is not yet a line.
  private var pending: [UInt8] = []
  /// Where the search for the end of a line goes on.
  private var searched = 0
  private var endingErrors: [UInt8] = []
  private var status: ExitStatus?

  /// How a process ended.
  public enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    /// It ended by itself with this number.
    case exited(Int)
    /// A signal ended it.
    case signalled(Int)

    /// `exit code 1`, `signal 9`.
    public var description: String {
      switch self {
      case .exited(let code): "exit code \(code)"
      case .signalled(let number): "signal \(number)"
      }
    }
  }

  /// Why there is no line.
  public enum ReadFault: Error, Hashable, Sendable {
    /// The time was over.
    case timeout
    /// The output has ended.
    case ended
    /// A line has more bytes than were allowed.
    case tooLong
  }

  /// A program that could not be started.
  public struct StartFault: Error, Hashable, Sendable {
    /// The system's number for the reason, an `errno`.
    public let number: Int32

    /// A fault for the reason of that number.
    public init(number: Int32) { self.number = number }
  }

  /// The longest line that is read; what prints more floods.
  public static let mostBytesOfALine = 1 << 20

  /// Bytes of standard error that are kept, the last ones.
  private static let keptErrors = 4096

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: the path of the program first.
  ///   - environment: all of it; nothing is inherited.
  ///   - directory: where it runs; `nil` for where this process does.
  ///   - watcher: what ends its group with this process.
  /// - Throws: `StartFault` where there is no such program, or no more processes.
  public init(
    _ arguments: [String], environment: [String: String], directory: String? = nil,
    watcher: ProcessWatcher? = nil
  ) throws(StartFault) {
    let variables = environment.map { "\($0)=\($1)" }.sorted()
    let child = withCStrings(arguments) { arguments in
      withCStrings(variables) { variables in
        if let directory {
          directory.withCString { cprocess_start(arguments, variables, $0) }
        } else {
          cprocess_start(arguments, variables, nil)
        }
      }
    }
    guard child.pid > 0 else { throw StartFault(number: child.failure) }
    self.child = child
    self.watcher = watcher
    watcher?.watch(Int(child.pid))
  }

  deinit { kill() }

  /// Its number, that of its group as well.
  public var number: Int { Int(child.pid) }

  /// The end of what it wrote to standard error so far.
  public var errors: String { String(decoding: endingErrors, as: UTF8.self) }

  // MARK: - Turns

  private var isStopped = false

  /// Stops every process of the group.
  ///
  /// - Returns: false where the program has ended.
  @discardableResult
  public func stop() -> Bool {
    // A second stop would be waited for in vain: it is no news.
    if !isStopped { isStopped = status == nil && cprocess_stop(child.pid) }
    return isStopped
  }

  /// Lets every process of the group go on.
  public func resume() {
    isStopped = false
    cprocess_continue(child.pid)
  }

  /// The group's processes as they were when they were last looked for.
  private var members: [Int32] = []

  /// More processes than a benchmark has.
  private static let mostMembers = 256

  /// Looks for the processes of the group, whose CPU time is told from now on: a look takes about a millisecond.
  public func findMembers() {
    members = [Int32](unsafeUninitializedCapacity: Self.mostMembers) { buffer, count in
      count = Int(cprocess_members(child.pid, buffer.baseAddress, Int32(Self.mostMembers)))
    }
  }

  /// Seconds of CPU time that the processes of the group have used which were found last.
  public var cpuSeconds: Double {
    Double(cprocess_cpu_nanoseconds(members, Int32(members.count))) * 1e-9
  }

  // MARK: - Lines

  /// The next line of standard output, without its end.
  ///
  /// - Throws: `ReadFault`; a last line without an end is lost.
  public func readLine(within seconds: Double) throws(ReadFault) -> String {
    let watch = ContinuousClock()
    let end = watch.now.advanced(by: .seconds(seconds))
    while true {
      if let line = takeLine() { return line }
      guard pending.count <= Self.mostBytesOfALine else { throw .tooLong }
      let left = watch.now.duration(to: end)
      try readMore(milliseconds: max(0, left.milliseconds))
    }
  }

  /// Drops whatever it has printed by now, whole lines and the beginning of one.
  public func drain() {
    repeat {
      pending.removeAll(keepingCapacity: true)
      searched = 0
    } while (try? readMore(milliseconds: 0)) != nil
  }

  /// Writes a line to its standard input.
  ///
  /// - Returns: false where nobody reads it within so long.
  public func write(_ line: String, within seconds: Double) -> Bool {
    let bytes = Array("\(line)\n".utf8)
    return bytes.withUnsafeBytes {
      cprocess_write(
        child.input, $0.bindMemory(to: CChar.self).baseAddress, $0.count, Int32(seconds * 1000))
    }
  }

  /// Tells it that nothing more will be written.
  public func closeInput() { cprocess_close(inputOnce()) }

  private var isInputOpen = true

  private func inputOnce() -> Int32 {
    defer { isInputOpen = false }
    return isInputOpen ? child.input : -1
  }

  private func takeLine() -> String? {
    guard let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = pending.count
      return nil
    }
    let line = String(decoding: pending[..<end], as: UTF8.self)
    pending.removeSubrange(...end)
    searched = 0
    return line
  }

  private func readMore(milliseconds: Int) throws(ReadFault) {
    var isOutput = false
    let outputs = child.output
    let errors = child.errors
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, filled in
      count = Int(
        buffer.withMemoryRebound(to: CChar.self) {
          cprocess_read(
            outputs, errors, Int32(clamping: milliseconds), $0.baseAddress, $0.count, &isOutput)
        })
      filled = max(0, count)
    }
    switch count {
    case 1...:
      if isOutput {
        pending += bytes
      } else {
        endingErrors = Array((endingErrors + bytes).suffix(Self.keptErrors))
      }
    case -1: throw .timeout
    default: throw .ended
    }
  }

  private static let chunk = 1 << 16

  // MARK: - The end

  /// How it ended, waiting at most so long; `nil` where it has not.
  public func wait(seconds: Double) -> ExitStatus? {
    if let status { return status }
    let code = Int(cprocess_wait(child.pid, Int32(seconds * 1000)))
    guard code >= 0 else { return nil }
    let status: ExitStatus = code > 128 ? .signalled(code - 128) : .exited(code)
    self.status = status
    return status
  }

  /// Asks the group to end and, after so long, ends it.
  public func end(patience seconds: Double = 1) {
    if status == nil {
      cprocess_end(child.pid, false)
      if wait(seconds: seconds) == nil { kill() }
    }
    release()
  }

  /// Ends the group at once.
  public func kill() {
    cprocess_end(child.pid, true)
    _ = wait(seconds: 10)
    release()
  }

  private var isReleased = false

  /// Gives its pipes back, and whatever of its group is left, once.
  private func release() {
    guard !isReleased else { return }
    isReleased = true
    isStopped = false
    cprocess_end(child.pid, true)
    watcher?.forget(Int(child.pid))
    closeInput()
    cprocess_close(child.output)
    cprocess_close(child.errors)
  }
}

extension Duration {
  /// Whole milliseconds, at least as long as the duration.
  fileprivate var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}

/// Calls `body` with the strings as C has them: pointers to bytes that end with 0, and NULL at the end.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var bytes: [CChar] = []
  var starts: [Int] = []
  for string in strings {
    starts.append(bytes.count)
    bytes += string.utf8CString
  }
  return bytes.withUnsafeMutableBufferPointer { buffer in
    let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil]
    return pointers.withUnsafeBufferPointer { list in
      guard let base = list.baseAddress else { preconditionFailure("a list with an end has one") }
      return body(base)
    }
  }
}
