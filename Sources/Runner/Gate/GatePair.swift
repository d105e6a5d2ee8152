import ModelSpec
import Processes
import Statistics

/// Two fresh workers, one of each side, that take turns: what one coin decides the order of.
///
/// Processes differ in where their memory lies, and stay so; so a pair of them, and not a round, is what counts
/// as one observation (Kalibera and Jones, Rigorous benchmarking in reasonable time, ISMM 2013).
final class GatePair {
  /// A worker that failed.
  struct Fault: Error, Hashable {
    let isHead: Bool
    let fault: WorkerFault

    /// The reason, for people: `the head's worker: it ended with signal 11`.
    var sentence: String { "the \(isHead ? "head" : "base")'s worker: \(fault.sentence)" }
  }

  /// How a visit to a cell is measured, the same on both sides and in every pair.
  struct Visit: Hashable {
    /// The cell; `nil` for all of a benchmark that runs all the time.
    let cell: String?
    /// Passes of a slice.
    let passes: Int
    /// Passes before them that are not timed.
    let untimed: Int
    /// Seconds that a slice should take.
    let expectedSeconds: Double

    /// Passes that are not timed as a part of those that are.
    var untimedShare: Double { Double(untimed) / Double(passes) }
  }

  /// The rounds of one cell: mean seconds of a pass in each slice, in the order of time.
  struct Rounds {
    var baseSeconds: [Double] = []
    var headSeconds: [Double] = []
    var disturbed = 0
    /// Counts of a pass that were the same in all slices of a side.
    var work: (base: [String: Int], head: [String: Int])?

    /// Takes in the counts of a round.
    mutating func note(_ base: [String: Int], _ head: [String: Int]) {
      work =
        work.map { known in
          (
            known.base.filter { base[$0.key] == $0.value },
            known.head.filter { head[$0.key] == $0.value }
          )
        } ?? (base, head)
    }

    /// Adds to every pass of the head.
    mutating func add(_ seconds: Double) { headSeconds = headSeconds.map { $0 + seconds } }
  }

  /// How much longer each pass of the head is made to seem, by work that it does: the dose of a control.
  ///
  /// Both sides have one more slice behind every third round, and so much of what those of the head take in the
  /// middle is added to each of its others. Of the head alone, they would leave it its caches and take the base's:
  /// of passes of 2 ms with weights of bf16 a dose of 3 % then seemed to be 1 %.
  struct Dose {
    /// The part of a slice's work that is added.
    let fraction: Double

    /// Whether a round has the further slices: every third, so that either side begins every other of these.
    static func isGiven(in round: Int) -> Bool { round.isMultiple(of: 3) }
  }

  private let base: GateWorker
  private let head: GateWorker
  private let headFirst: Bool
  private let disturbance: DisturbanceMeter

  /// Starts both workers, the one that the coin names first, and waits until both are ready.
  ///
  /// They make themselves ready side by side: a host that takes free memory back finds the pages that the pair
  /// before has left not yet gone. One after the other they took 4.6 to 7.1 s for the usual suite, and within a
  /// gate both together 2 to 3 (Zen 3, 2026-11-30).
  init(
    base: GateSide, head: GateSide, headFirst: Bool, watcher: ProcessWatcher?,
    disturbance: DisturbanceMeter, patienceSeconds: Double,
    isCancelled: @escaping () -> Bool
  ) throws(Fault) {
    var workers: [Bool: GateWorker] = [:]
    var current = headFirst
    do {
      for isHead in [headFirst, !headFirst] {
        current = isHead
        workers[isHead] = try GateWorker(
          isHead ? head : base, watcher: watcher, patienceSeconds: patienceSeconds,
          isCancelled: isCancelled)
      }
      for isHead in [headFirst, !headFirst] {
        current = isHead
        try workers[isHead]?.begin()
      }
    } catch {
      for worker in workers.values { worker.end() }
      throw Fault(isHead: current, fault: error)
    }
    guard let base = workers[false], let head = workers[true] else {
      preconditionFailure("a pair has two workers")
    }
    self.base = base
    self.head = head
    self.headFirst = headFirst
    self.disturbance = disturbance
  }

  /// What the workers say that they can time; `nil` where they run all the time.
  var hellos: (base: WorkerHello?, head: WorkerHello?) { (base.hello, head.hello) }

  /// The most CPU time that a worker used while it should have been stopped, in seconds.
  var loudestSilence: Double { max(base.loudestSilence, head.loudestSilence) }

  /// One slice of one side, outside rounds.
  func take(isHead: Bool, _ slice: GateWorker.Slice) throws(Fault) -> [String: GateWorker.Timing] {
    do {
      return try (isHead ? head : base).take(slice)
    } catch {
      throw Fault(isHead: isHead, fault: error)
    }
  }

  /// Measures some rounds of a visit.
  ///
  /// A round is four slices, ABBA or BAAB by turns and beginning by the coin, so that neither a drift nor being
  /// first favours a side. Both sides of a round go over the same inputs. A round that the machine disturbed
  /// is made up for by another, as far as there are as many more: a pair of few rounds would else have none.
  ///
  /// - Returns: the rounds of every cell that either side timed; without times where they differ in how often.
  func measure(
    _ visit: Visit, rounds: Int, dose: Dose? = nil, isCancelled: () -> Bool
  ) throws(Fault) -> [String: Rounds] {
    var result: [String: Rounds] = [:]
    base.prepareVisit()
    head.prepareVisit()
    // What a cell finds in the caches on arrival is another cell's.
    for isHead in [headFirst, !headFirst] {
      _ = try take(isHead: isHead, slice(visit, number: 0))
    }
    var doses: [String: [Double]] = [:]
    var undisturbed = 0
    for round in 0..<Self.mostRoundsForOne * rounds where undisturbed < rounds {
      if isCancelled() { break }
      let before = disturbance.read()
      var slices: [Bool: [String: [GateWorker.Timing]]] = [:]
      let first = headFirst == round.isMultiple(of: 2)
      for (index, isHead) in [first, !first, !first, first].enumerated() {
        let timings = try take(isHead: isHead, slice(visit, number: 2 * round + index / 2))
        for (cell, timing) in timings {
          slices[isHead, default: [:]][cell, default: []].append(timing)
        }
      }
      if dose != nil, Dose.isGiven(in: round) {
        // One more of each, the other side of the last slice first: whoever comes next finds the caches as
        // without them.
        for isHead in [!first, first] {
          let timings = try take(isHead: isHead, slice(visit, number: 2 * round))
          guard isHead else { continue }
          for (cell, timing) in timings { doses[cell, default: []].append(timing.mean) }
        }
      }
      let isDisturbed = disturbance.wasDisturbed(since: before)
      undisturbed += isDisturbed ? 0 : 1
      for cell in Set((slices[false] ?? [:]).keys).union((slices[true] ?? [:]).keys) {
        let (base, head) = (slices[false]?[cell] ?? [], slices[true]?[cell] ?? [])
        var rounds = result[cell] ?? Rounds()
        rounds.note(
          base.dropFirst().reduce(base.first ?? .init(), +).work,
          head.dropFirst().reduce(head.first ?? .init(), +).work)
        if isDisturbed {
          rounds.disturbed += 1
        } else if base.count == head.count {
          rounds.baseSeconds += base.map(\.mean)
          rounds.headSeconds += head.map(\.mean)
        }
        result[cell] = rounds
      }
    }
    if let dose {
      for (cell, seconds) in doses { result[cell]?.add(dose.fraction * seconds.median) }
    }
    return result
  }

  /// Rounds at the most for one that counts: on a machine that is disturbed more than that, the gate cannot tell.
  private static let mostRoundsForOne = 2

  private func slice(_ visit: Visit, number: Int) -> GateWorker.Slice {
    GateWorker.Slice(
      cell: visit.cell, first: number * visit.passes, untimed: visit.untimed,
      passes: visit.passes, expectedSeconds: visit.expectedSeconds)
  }

  /// Ends both workers.
  func end() {
    base.end()
    head.end()
  }
}
