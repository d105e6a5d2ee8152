import ModelSpec

/// What a first pair of workers tells of the cells: which there are, what a pass takes, what it does.
struct GatePilot {
  let plan: GatePlan
  let pair: GatePair
  /// Why cells cannot be measured in which a worker has failed already.
  let faults: [String: String]

  /// A worker that failed, and in which cell; `nil` where that is not known.
  struct Failure: Error {
    let cell: String?
    let fault: GatePair.Fault
  }

  /// The cells of both sides in the order of the base, each with the size of its slices.
  func cells(_ isCancelled: () -> Bool) throws(Failure) -> [GateCellProgress] {
    switch pair.hellos {
    case (let base?, let head?): return try asked(base, head, isCancelled)
    case (nil, nil):
      do {
        return try running()
      } catch {
        throw Failure(cell: nil, fault: error)
      }
    case (nil, _):
      throw .init(
        cell: nil,
        fault: .init(
          isHead: false, fault: .nonsense("it does not wait to be asked, and the head does")))
    case (_, nil):
      throw .init(
        cell: nil,
        fault: .init(
          isHead: true, fault: .nonsense("it does not wait to be asked, and the base does")))
    }
  }

  // MARK: - Workers that wait

  private func asked(
    _ base: WorkerHello, _ head: WorkerHello, _ isCancelled: () -> Bool
  ) throws(Failure) -> [GateCellProgress] {
    var cells: [GateCellProgress] = []
    for own in base.cells {
      let other = head.cells.first { $0.id == own.id }
      let fault =
        faults[own.id] ?? own.fault.map { "the base cannot measure it: \($0)" }
        ?? (other.map { $0.fault.map { "the head cannot measure it: \($0)" } }
          ?? "the head does not have it")
      guard fault == nil, !isCancelled() else {
        cells.append(
          .init(id: own.id, visit: visit(own.id, passSeconds: 0), fault: fault ?? "not reached"))
        continue
      }
      do {
        cells.append(try cell(own, other))
      } catch {
        throw Failure(cell: own.id, fault: error)
      }
    }
    for other in head.cells where !base.cells.contains(where: { $0.id == other.id }) {
      cells.append(
        .init(
          id: other.id, visit: visit(other.id, passSeconds: 0), fault: "the base does not have it"))
    }
    return cells
  }

  private func cell(
    _ own: WorkerHello.Cell, _ other: WorkerHello.Cell?
  ) throws(GatePair.Fault) -> GateCellProgress {
    var slowest = 0.0
    for isHead in [false, true] {
      // A first pass finds nothing in any cache, and pages that were never touched.
      let slice = GateWorker.Slice(cell: own.id, untimed: 1, passes: 2)
      slowest = max(slowest, try pair.take(isHead: isHead, slice)[own.id]?.mean ?? 0)
    }
    var cell = GateCellProgress(id: own.id, visit: visit(own.id, passSeconds: slowest))
    cell.work = GateDocument.WorkCount.both(own.work ?? [:], other?.work ?? [:])
    return cell
  }

  private func visit(_ cell: String, passSeconds: Double) -> GatePair.Visit {
    let passes = repeats(of: passSeconds)
    return .init(
      cell: cell, passes: passes, untimed: passes >= Self.leastPassesForUntimed ? 1 : 0,
      expectedSeconds: Double(passes) * passSeconds)
  }

  /// How often what takes so long is repeated in a slice.
  private func repeats(of seconds: Double) -> Int {
    guard seconds > 0 else { return 1 }
    return max(1, Int(min(Self.mostRepeats, plan.sizes.sliceSeconds / seconds).rounded(.up)))
  }

  /// More repeats of what takes next to nothing would only make lines.
  private static let mostRepeats = 10_000.0

  /// Passes of a slice from which on the first, which finds the caches filled by the other side, is left out.
  ///
  /// Of fewer, leaving one out costs as much as it mends.
  private static let leastPassesForUntimed = 4

  // MARK: - Workers that run all the time

  /// Lines that are read to find out which cells there are and what they take.
  private static let linesOfALook = 8
  /// Looks at the most, where new cells keep coming.
  private static let mostLooks = 16

  private func running() throws(GatePair.Fault) -> [GateCellProgress] {
    let (base, head) = (try look(isHead: false), try look(isHead: true))
    let shared = base.keys.filter { head[$0] != nil }
    let rotation = shared.map { max(base[$0]?.mean ?? 0, head[$0]?.mean ?? 0) }.reduce(0, +)
    let count = max(1, shared.count)
    let rotations = repeats(of: rotation)
    let visit = GatePair.Visit(
      cell: nil, passes: rotations * count, untimed: 0,
      expectedSeconds: Double(rotations) * rotation)
    return (base.keys.sorted() + head.keys.sorted().filter { base[$0] == nil }).map { id in
      let fault =
        base[id] == nil
        ? "the base does not have it" : head[id] == nil ? "the head does not have it" : nil
      var cell = GateCellProgress(id: id, visit: visit, fault: fault)
      cell.work = GateDocument.WorkCount.both(base[id]?.work ?? [:], head[id]?.work ?? [:])
      return cell
    }
  }

  /// The cells of a side, read as long as there are new ones.
  private func look(isHead: Bool) throws(GatePair.Fault) -> [String: GateWorker.Timing] {
    var cells: [String: GateWorker.Timing] = [:]
    for _ in 0..<Self.mostLooks {
      let known = cells.count
      let timings = try pair.take(isHead: isHead, .init(passes: Self.linesOfALook))
      cells.merge(timings) { $0 + $1 }
      if cells.count == known { break }
    }
    return cells
  }
}

extension GateDocument.WorkCount {
  /// Counts of both sides by name.
  static func both(_ base: [String: Int], _ head: [String: Int]) -> [GateDocument.WorkCount] {
    Set(base.keys).union(head.keys).sorted().map {
      GateDocument.WorkCount(name: $0, base: base[$0], head: head[$0])
    }
  }
}
