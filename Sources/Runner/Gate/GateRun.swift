import FoundationEssentials
import ModelSpec
import Processes
import Statistics

/// One gate from its pilot to its verdicts.
///
/// A *pilot* pair tells which cells there are, what a pass takes and what it does. The *screen* measures a few
/// pairs of every cell, and controls by turns with them. Flagged cells are *confirmed* with new processes.
public final class GateRun {
  /// How far a gate is.
  public struct Progress: Hashable, Sendable {
    /// What is being done: `screening, pair 3 of 8`.
    public let doing: String
    /// How much is done, 0 to 1, as far as it is known.
    public let fraction: Double
    /// Cells of the suite.
    public let cells: Int
  }

  let plan: GatePlan
  private let watcher: ProcessWatcher?
  private let disturbance: DisturbanceMeter
  private let watch = Stopwatch()
  private(set) var cells: [GateCellProgress] = []
  private(set) var controls: [GateControl] = []
  /// What the first worker of the base chose by trying, and that of the head where the base chooses nothing of
  /// the name.
  ///
  /// All others take it over: where it is close, two processes of one build choose differently, and that would be
  /// measured instead of the builds.
  private(set) var choices: [String: String] = [:]
  private var loudestSilence = 0.0
  /// What the longest pair of the screen took, over all cells.
  private(set) var secondsOfAPair = 0.0
  /// What each pair of one cell took beside its rounds: to begin and to end.
  private var secondsToStart: [Double] = []
  /// Cells that share the error rate.
  private(set) var confirmedCells = 1
  /// Seconds that the confirmation of all flagged cells took.
  public private(set) var confirmationSeconds = 0.0
  private var isOutOfTime = false
  private(set) var isCancelled = false

  /// A gate that has not begun.
  ///
  /// - Parameter watcher: what ends workers with this process.
  public init(_ plan: GatePlan, machine: MachineProbe, watcher: ProcessWatcher?) {
    self.plan = plan
    self.watcher = watcher
    disturbance = DisturbanceMeter(machine)
  }

  /// Measures everything.
  ///
  /// - Parameters:
  ///   - progress: told before each pair.
  ///   - isCancelled: asked between rounds.
  /// - Throws: `GateError` where nothing can be measured.
  public func measure(
    progress: (Progress) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
  ) throws(GateError) {
    progress(Progress(doing: "starting both sides", fraction: 0, cells: 0))
    try pilot(isCancelled)
    if plan.hasControls { controls = GateControl.all(of: plan, cells: cells) }
    defer { self.isCancelled = self.isCancelled || isCancelled() }
    let looks = GatePolicy.looks(upTo: plan.mostPairs)
    var measured = 0
    for look in looks {
      let isFirst = look == looks.first
      for pair in measured..<look {
        guard !hasEnded(isCancelled) else { return }
        let open = cells.indices.filter { cells[$0].needsScreening }
        let openControls = controls.indices.filter { controls[$0].needsPairs(upTo: look) }
        guard !open.isEmpty || !openControls.isEmpty else { break }
        progress(
          Progress(
            doing: "\(isFirst ? "screening" : "screening further"), pair \(pair + 1) of \(look)",
            fraction: 0.8 * Double(pair) / Double(isFirst ? look : looks.last ?? look),
            cells: cells.count))
        measureScreen(pair, of: open, isCancelled)
        for index in openControls { measureControl(index, pair: pair, isCancelled) }
      }
      measured = look
      for index in cells.indices where cells[index].needsScreening { cells[index].screen(look) }
    }
    if !plan.stopsAfterScreen { confirm(progress, isCancelled) }
  }

  // MARK: - Stages

  /// Starts both sides once, to learn what they can time, what a pass takes, and what it does; once more for each
  /// cell in which a worker fails.
  private func pilot(_ isCancelled: @escaping () -> Bool) throws(GateError) {
    var faults: [String: String] = [:]
    var isDone = false
    repeat {
      do throws(GatePilot.Failure) {
        cells = try pilot(isCancelled, faults)
        isDone = true
      } catch {
        if isCancelled() { throw .cancelled }
        guard let cell = error.cell, faults[cell] == nil else {
          throw .noWorker(isHead: error.fault.isHead, reason: error.fault.fault.sentence)
        }
        faults[cell] = error.fault.sentence
      }
    } while !isDone && !isCancelled()
    if isCancelled() { throw .cancelled }
    for index in cells.indices {
      cells[index].policy = plan.policy(of: cells[index].id)
    }
    guard cells.contains(where: { $0.fault == nil }) else {
      throw .nothingInCommon(reasons: cells.compactMap(\.fault))
    }
  }

  private func pilot(
    _ isCancelled: @escaping () -> Bool, _ faults: [String: String]
  ) throws(GatePilot.Failure) -> [GateCellProgress] {
    let pair: GatePair
    do {
      pair = try GatePair(
        base: plan.base, head: plan.head, headFirst: false, watcher: watcher,
        disturbance: disturbance, patienceSeconds: plan.patienceSeconds,
        isCancelled: isCancelled)
    } catch {
      throw .init(cell: nil, fault: error)
    }
    defer { pair.end() }
    choices = (pair.hellos.head?.choices ?? [:])
      .merging(pair.hellos.base?.choices ?? [:]) { _, base in base }
    return try GatePilot(plan: plan, pair: pair, faults: faults).cells(isCancelled)
  }

  /// One pair of all open cells; where a worker fails, the cell is out, and a new pair goes on with the others.
  private func measureScreen(_ number: Int, of open: [Int], _ isCancelled: @escaping () -> Bool) {
    let started = watch.seconds
    let size = GateSizes.screen(cells: open.count)
    measure("screen \(number)", open, size, isCancelled) { index, pair in
      cells[index].screen.append(pair)
    }
    secondsOfAPair = max(secondsOfAPair, watch.seconds - started)
  }

  /// Measures flagged cells again, each with the number of pairs that was fixed before.
  private func confirm(_ progress: (Progress) -> Void, _ isCancelled: @escaping () -> Bool) {
    confirmedCells = max(1, cells.count(where: \.needsConfirmation))
    for index in cells.indices {
      cells[index].policy.confirmedCells = confirmedCells
      cells[index].planConfirmation(plan.sizes, secondsToStart: secondsToStart)
    }
    let most = cells.map(\.confirmationPairs).max() ?? 0
    guard most > 0 else { return }
    let started = watch.seconds
    defer {
      leaveOpen()
      confirmationSeconds = watch.seconds - started
    }
    for number in 0..<most {
      guard !hasEnded(isCancelled) else { return }
      progress(
        Progress(
          doing: "confirming, pair \(number + 1) of \(most)",
          fraction: 0.8 + 0.2 * Double(number) / Double(most), cells: cells.count))
      let open = cells.indices.filter {
        cells[$0].fault == nil && cells[$0].confirmationPairs > number
      }
      measure("confirmation \(number)", open, GateSizes.confirmation, isCancelled) {
        index, pair in
        cells[index].confirmation.append(pair)
      }
    }
  }

  /// A confirmation with fewer pairs than were fixed decides nothing.
  private func leaveOpen() {
    for index in cells.indices
    where cells[index].confirmation.count < cells[index].confirmationPairs {
      cells[index].fault =
        cells[index].fault
        ?? "its confirmation ended after \(cells[index].confirmation.count) of "
        + "\(cells[index].confirmationPairs) pairs"
    }
  }

  private func hasEnded(_ isCancelled: @escaping () -> Bool) -> Bool {
    self.isCancelled = self.isCancelled || isCancelled()
    if let budget = plan.budgetSeconds, watch.seconds + secondsOfAPair > budget {
      isOutOfTime = true
    }
    return self.isCancelled || isOutOfTime
  }

  // MARK: - Pairs

  /// Runs one pair over cells in a shuffled order, and keeps the rounds of each.
  private func measure(
    _ purpose: String, _ open: [Int], _ size: GateSizes.VisitSize,
    _ isCancelled: @escaping () -> Bool,
    keep: (Int, GateDocument.Pair) -> Void
  ) {
    var coin = SeededGenerator(seed: plan.seed, purpose: purpose)
    let headFirst = coin.next() & 1 == 0
    var waiting = open.shuffled(using: &coin)
    let dose = plan.dose.map { GatePair.Dose(fraction: $0) }
    while !waiting.isEmpty, !isCancelled() {
      let names = waiting.map { cells[$0].id }
      let started = watch.seconds
      var secondsInRounds = 0.0
      do throws(GatePair.Fault) {
        let pair = try GatePair(
          base: plan.base.limited(to: names, choices: choices),
          head: plan.head.limited(to: names, choices: choices), headFirst: headFirst,
          watcher: watcher, disturbance: disturbance, patienceSeconds: plan.patienceSeconds,
          isCancelled: isCancelled)
        defer { pair.end() }
        while let index = waiting.first {
          let visit = cells[index].visit
          let count = plan.sizes.rounds(of: visit, size)
          let began = watch.seconds
          let rounds: [String: GatePair.Rounds]
          do throws(GatePair.Fault) {
            rounds = try pair.measure(
              visit, rounds: count, dose: dose, isCancelled: isCancelled)
          } catch {
            if isCancelled() { return }
            cells[index].fault = error.sentence
            waiting.removeFirst()
            throw error
          }
          // A pair that was cut short has fewer rounds than others, for a reason that is none of theirs.
          if isCancelled() { return }
          secondsInRounds += watch.seconds - began
          let measured = visit.cell == nil ? waiting : [index]
          for index in measured {
            cells[index].secondsOfARound.append((watch.seconds - began) / Double(count))
            guard let own = rounds[cells[index].id] else { continue }
            if let work = own.work { cells[index].note(work) }
            guard !own.baseSeconds.isEmpty || own.disturbed > 0 else { continue }
            keep(index, GateDocument.Pair(own, headFirst: headFirst))
          }
          noteOthers(than: cells.map(\.id), in: rounds)
          waiting.removeAll { measured.contains($0) }
        }
        loudestSilence = max(loudestSilence, pair.loudestSilence)
      } catch {
        if isCancelled() { return }
        // A worker that cannot even start takes every cell with it that waits for it.
        if case .notStarted = error.fault { return fail(waiting, error) }
        if names.count == waiting.count { return fail(waiting, error) }
      }
      if names.count == 1 { secondsToStart.append(watch.seconds - started - secondsInRounds) }
    }
  }

  /// Keeps the names of cells that came after the pilot, which nothing is known of.
  private func noteOthers(than known: [String], in rounds: [String: GatePair.Rounds]) {
    for id in rounds.keys.sorted() where !known.contains(id) {
      guard let visit = cells.first?.visit else { return }
      cells.append(
        GateCellProgress(
          id: id, visit: visit,
          fault:
            "it is printed after others only, and cannot be measured by turns; print all cells by turns, "
            + "or wait to be asked"))
    }
  }

  private func fail(_ waiting: [Int], _ fault: GatePair.Fault) {
    for index in waiting { cells[index].fault = fault.sentence }
  }

  /// One pair of a control.
  private func measureControl(_ index: Int, pair number: Int, _ isCancelled: @escaping () -> Bool) {
    let control = controls[index]
    var coin = SeededGenerator(seed: plan.seed, purpose: "\(control.kind.rawValue) \(number)")
    let headFirst = coin.next() & 1 == 0
    let started = watch.seconds
    var secondsInRounds = 0.0
    do throws(GatePair.Fault) {
      let pair = try GatePair(
        base: plan.base.limited(to: [control.cell.id], choices: choices),
        head: control.side.limited(to: [control.cell.id], choices: choices), headFirst: headFirst,
        watcher: watcher, disturbance: disturbance, patienceSeconds: plan.patienceSeconds,
        isCancelled: isCancelled)
      defer { pair.end() }
      let began = watch.seconds
      let rounds = try pair.measure(
        control.cell.visit,
        rounds: plan.sizes.rounds(of: control.cell.visit, GateSizes.control),
        dose: control.dose, isCancelled: isCancelled)
      if isCancelled() { return }
      secondsInRounds = watch.seconds - began
      if let own = rounds[control.cell.id] {
        controls[index].pairs.append(GateDocument.Pair(own, headFirst: headFirst))
      }
    } catch {
      if !isCancelled() { controls[index].fault = error.sentence }
      return
    }
    secondsToStart.append(watch.seconds - started - secondsInRounds)
  }

  // MARK: - Results

  /// Seconds so far.
  var seconds: Double { watch.seconds }

  /// What a reader should know of the measurement as a whole.
  var remarks: [String] {
    var remarks: [String] = []
    if isOutOfTime {
      remarks.append(
        "the budget of \(SecondsInWords(plan.budgetSeconds ?? 0)) ended before all pairs were measured"
      )
    }
    if loudestSilence > Self.mostLoudSeconds {
      remarks.append(
        "a worker computed for \(SecondsInWords(loudestSilence)) while it should have been stopped, which "
          + "takes from the other's time")
    }
    return remarks
  }

  /// CPU time of a stopped worker that is more than the kernel's own bookkeeping of the stop.
  private static let mostLoudSeconds = 0.002
}

extension GateDocument.Pair {
  /// The rounds of one cell as a document has them.
  init(_ rounds: GatePair.Rounds, headFirst: Bool) {
    self.init(
      headFirst: headFirst, baseSeconds: rounds.baseSeconds, headSeconds: rounds.headSeconds,
      disturbedRounds: rounds.disturbed)
  }
}
