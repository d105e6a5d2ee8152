import ModelSpec
import Processes

/// A benchmark of one side in a process of its own, which is stopped except when it is its turn.
///
/// One that waits to be asked (`WorkerHello`) times the passes that it is asked for. One that does not is let run
/// and read: the first line of a turn is of a pass that had been stopped in between and does not count.
final class GateWorker {
  private let process: ChildProcess
  private let patienceSeconds: Double
  private let isCancelled: () -> Bool
  /// What it can time, once it has begun; `nil` for a benchmark that runs all the time.
  private(set) var hello: WorkerHello?
  private var cpuWhenStopped = 0.0
  /// The most CPU time that it used between two of its turns, when it should have been silent, in seconds.
  private(set) var loudestSilence = 0.0

  /// How many times the patience for a slice a worker may take to make all of its cells ready.
  private static let patienceToBegin = 6.0
  /// Lines that are no samples before the first, such as a banner.
  private static let mostOtherLines = 100

  /// Starts the benchmark, which makes itself ready meanwhile.
  ///
  /// - Parameters:
  ///   - patienceSeconds: what it may take for a slice beyond what that should take; it may take six times as
  ///     many to begin.
  ///   - isCancelled: asked while it is waited for.
  init(
    _ side: GateSide, watcher: ProcessWatcher?, patienceSeconds: Double,
    isCancelled: @escaping () -> Bool
  ) throws(WorkerFault) {
    self.patienceSeconds = patienceSeconds
    self.isCancelled = isCancelled
    do {
      process = try ChildProcess(
        side.arguments, environment: side.environment, directory: side.directory,
        watcher: watcher)
    } catch {
      throw .notStarted(errno: error.number)
    }
    if let order = side.order, !process.write(JSONLine.text(order), within: patienceSeconds) {
      _ = process.wait(seconds: 1)
    }
  }

  /// Waits until it can be asked, then stops it.
  func begin() throws(WorkerFault) {
    let line = try Self.firstLine(
      of: process, within: Self.patienceToBegin * patienceSeconds, isCancelled)
    if let hello = try? WorkerHello(decoding: line) {
      self.hello = hello
    } else {
      do {
        _ = try SampleLine(decoding: line)
      } catch {
        throw .nonsense(error.description)
      }
    }
    stop()
  }

  /// The first line of either schema; lines of neither are a program's own matter, as long as they are few.
  private static func firstLine(
    of process: ChildProcess, within seconds: Double, _ isCancelled: () -> Bool
  ) throws(WorkerFault) -> String {
    for _ in 0..<mostOtherLines {
      let line = try read(process, within: seconds, isCancelled)
      if line.contains(WorkerHello.currentSchema) || line.contains(SampleLine.currentSchema) {
        return line
      }
    }
    throw .floods
  }

  private static func read(
    _ process: ChildProcess, within seconds: Double, _ isCancelled: () -> Bool
  ) throws(WorkerFault) -> String {
    let watch = Stopwatch()
    while true {
      if isCancelled() { throw .cancelled }
      do {
        return try process.readLine(within: min(secondsOfAQuestion, seconds))
      } catch {
        switch error {
        case .timeout:
          guard watch.seconds < seconds else { throw .silent(seconds: seconds) }
        case .tooLong: throw .floods
        case .ended: throw .ended(ending(of: process))
        }
      }
    }
  }

  /// How often a gate that waits asks whether it shall.
  private static let secondsOfAQuestion = 0.2

  private static func ending(of process: ChildProcess) -> String {
    let status = process.wait(seconds: 1).map { "\($0)" } ?? "its output closed"
    let said = process.errors.split(separator: "\n").last.map { ": \($0)" } ?? ""
    return status + said
  }

  // MARK: - Turns

  /// Passes of a slice.
  struct Slice {
    /// The cell; `nil` for whichever the benchmark runs.
    var cell: String?
    /// The number of the first pass.
    var first = 0
    /// Passes before the first that are not timed.
    var untimed = 0
    var passes: Int
    /// Seconds that it should take.
    var expectedSeconds = 0.0
  }

  /// Seconds and passes of one cell in a slice.
  struct Timing {
    var seconds = 0.0
    var passes = 0
    /// Counts of a pass that are the same in every line so far.
    var work: [String: Int] = [:]

    var mean: Double { seconds / Double(max(1, passes)) }

    mutating func add(_ line: SampleLine) {
      let own = Timing(
        seconds: line.seconds, passes: line.passes ?? 1, work: line.work ?? [:])
      self = passes == 0 ? own : self + own
    }

    /// Both together, with the counts in which they agree.
    static func + (left: Timing, right: Timing) -> Timing {
      Timing(
        seconds: left.seconds + right.seconds, passes: left.passes + right.passes,
        work: left.work.filter { right.work[$0.key] == $0.value })
    }
  }

  /// Looks which processes the worker has, so that their silence can be told; before the turns of a visit.
  func prepareVisit() {
    process.findMembers()
    cpuWhenStopped = process.cpuSeconds
  }

  /// Lets the worker run for a slice, with the other one stopped.
  func take(_ slice: Slice) throws(WorkerFault) -> [String: Timing] {
    // Whoever goes on may have this thread's processor at once, so the time is taken before.
    let watch = Stopwatch()
    resume()
    defer { stop() }
    return hello == nil ? try listen(slice, since: watch) : try ask(slice)
  }

  private func ask(_ slice: Slice) throws(WorkerFault) -> [String: Timing] {
    let request = PassRequest(
      cell: slice.cell ?? "", first: slice.first, untimed: slice.untimed, passes: slice.passes)
    guard process.write(JSONLine.text(request), within: patienceSeconds) else {
      throw .ended(Self.ending(of: process))
    }
    var timing = Timing()
    while timing.passes < slice.passes {
      let line = try sample(slice)
      guard line.cell == request.cell, timing.passes + (line.passes ?? 1) <= slice.passes else {
        throw .nonsense("it was asked for \(slice.passes) passes of \(request.cell)")
      }
      timing.add(line)
    }
    return [request.cell: timing]
  }

  private func listen(
    _ slice: Slice, since watch: Stopwatch
  ) throws(WorkerFault) -> [String: Timing] {
    _ = try sample(slice)
    var timings: [String: Timing] = [:]
    var told = 0.0
    for _ in 0..<slice.passes {
      let line = try sample(slice)
      timings[line.cell, default: Timing()].add(line)
      told += line.seconds
    }
    // What it tells of cannot have taken longer than it ran, were the lines of passes of this turn.
    guard watch.seconds > Self.leastShareOfTold * told else { throw .buffered }
    return timings
  }

  /// What the passes of lines take at least by our own clock, as a share of what they tell: a program may use
  /// another clock.
  private static let leastShareOfTold = 0.9

  /// How many times what it should take a slice may take, beyond all patience: machines stop for others.
  private static let patienceForASlow = 20.0

  private func sample(_ slice: Slice) throws(WorkerFault) -> SampleLine {
    for _ in 0..<Self.mostOtherLines {
      let line = try Self.read(
        process, within: patienceSeconds + Self.patienceForASlow * slice.expectedSeconds,
        isCancelled)
      guard line.contains("\"schema\"") else { continue }
      do {
        return try SampleLine(decoding: line)
      } catch {
        throw .nonsense(error.description)
      }
    }
    throw .floods
  }

  private func resume() {
    loudestSilence = max(loudestSilence, process.cpuSeconds - cpuWhenStopped)
    process.drain()
    process.resume()
  }

  private func stop() {
    process.stop()
    cpuWhenStopped = process.cpuSeconds
  }

  /// Ends the benchmark.
  func end() { process.kill() }
}
