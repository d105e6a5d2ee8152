import MoEKernel
import ModelSpec

/// A fraction of the width that is measured whatever the time allows, and another that tells what it does.
public struct ForcedWidth: Hashable, Sendable {
  /// One part of so many is measured.
  public var divisor: Int
  /// One part of so many is what it is held against; `nil` for half of the first.
  public var other: Int?

  /// The fractions that there are, as divisors.
  public static let divisors = MemoryPlan.divisors

  /// - Precondition: both are among `divisors`, and differ.
  public init(divisor: Int, other: Int? = nil) {
    precondition(
      ([divisor] + [other].compactMap(\.self)).allSatisfy(Self.divisors.contains)
        && divisor != other, "1/\(divisor) against \(String(describing: other)) is not measured")
    self.divisor = divisor
    self.other = other
  }

  /// What the option takes: `1/4,1/1`.
  public var names: [String] {
    [divisor, other].compactMap { $0.map { "\(WidthFraction(oneOf: $0))" } }
  }
}

/// One cell to be measured.
struct CellPlan: Sendable {
  let candidateID: String
  let baselineID: String
  let layers: PairedLayers
  let workload: Workload
  /// How tokens are routed; `nil` where the workload routes none.
  let routing: Routing?
  /// The widest form that fits the memory and the arena.
  private(set) var widest: MemoryPlan
  private(set) var limits: MemoryPlan.Limits
  /// The fraction of the width that was asked for; `nil` for as much as the time allows.
  var forcedWidth: ForcedWidth?
  /// The form at that fraction, where a record has it; `nil` for what the memory allows.
  private(set) var recordedForm: MemoryPlan?

  /// The cell as messages name it.
  var name: String {
    let routes = layers.candidate.contains { $0.layer.router != nil }
    return "\(candidateID) against \(baselineID), \(workload.sizesInWords)"
      + (routes ? routing.map { ", \($0.name)" } ?? "" : "")
  }

  /// What the cell is measured under.
  var conditions: Conditions {
    Conditions(
      workload: workload, threads: limits.threads, engine: limits.candidate.engine.name,
      format: limits.candidate.formats.networks, routing: routing?.condition)
  }

  /// The same cell in a form that a record has.
  ///
  /// - Throws: `PlanError.form` where it cannot be had.
  func like(_ form: RecordedForm) throws(PlanError) -> CellPlan {
    var cell = self
    do throws(RecordedForm.Misfit) {
      let (width, plan) = (try form.width(), try form.plan(layers, limits: limits))
      cell.forcedWidth = width
      cell.recordedForm = plan
      cell.widest = plan
      // What tells of a fraction may be wider than it, and need more memory.
      if let other = width.other, other < width.divisor {
        cell.widest = self.form(other).divisor == other ? self.form(other) : plan
      }
    } catch {
      throw .form(cell: name, reason: error.reason)
    }
    return cell
  }

  /// The layers of one side.
  func layers(_ role: SideRole) -> [PlannedLayer] {
    role == .baseline ? layers.baseline : layers.candidate
  }

  /// What multiplies on one side.
  func side(_ role: SideRole) -> SideResources {
    role == .baseline ? limits.baseline : limits.candidate
  }

  /// Bytes of the arena that both sides take at their widest; 0 where weights are stored.
  var arenaBytes: Int { arenaBytes(of: widest) }

  /// The same at another form.
  func arenaBytes(of form: MemoryPlan) -> Int {
    limits.usesArena ? form.weightBytes(limits) : 0
  }

  /// The same at the narrowest form that the cell may be measured at.
  var leastArenaBytes: Int {
    let forms = divisors(leastWidth: TimeEstimate.leastWidthOfAll).map { divisor in
      // What tells of the fraction that was asked for must have its room as well.
      ([divisor] + (forcedWidth?.other.map { [$0] } ?? [])).map { arenaBytes(of: form($0)) }
    }
    return forms.compactMap { $0.max() }.min() ?? arenaBytes
  }

  /// The same cell where the arena holds so many bytes, at least `leastArenaBytes`: at a narrower form, or
  /// with fewer experts in memory, where its widest does not fit.
  func within(arenaBytes: Int) -> CellPlan {
    var cell = self
    cell.limits.arenaBytes = arenaBytes
    guard self.arenaBytes > arenaBytes,
      let widest = try? MemoryPlan.fitting(
        name, baseline: layers.baseline, candidate: layers.candidate, limits: cell.limits)
    else { return self }
    cell.widest = widest
    return cell
  }

  /// Bytes that the cell takes besides as long as it is open: inputs, outputs and scratch, and weights where
  /// they are its own; twice, since a fraction of the width may be measured beside another.
  var ownBytes: Int {
    var own = limits
    own.workload = workload
    let bytes = widest.layerBytes(own) - arenaBytes
    return Saturating.sum(bytes, bytes)
  }

  /// True for a cell of the same pairing with a larger pass, which takes longer.
  func isLarger(than other: CellPlan) -> Bool {
    workload.exceeds(other.workload) && candidateID == other.candidateID
      && baselineID == other.baselineID
  }

  /// The form at the given fraction of both sides' widths, or the nearest one that exists: never wider than
  /// the memory allows, narrower where a width does not divide, wider as a last resort.
  func form(_ wanted: Int) -> MemoryPlan {
    if let recordedForm, recordedForm.divisor == wanted { return recordedForm }
    let allowed = MemoryPlan.divisors.filter { $0 >= widest.divisor }
    for divisor in allowed.filter({ $0 >= wanted }) + allowed.filter({ $0 < wanted }).reversed() {
      if divisor == widest.divisor { return widest }
      for residence in [Residence.enough, .fewest] {
        if let form = MemoryPlan(
          baseline: layers.baseline, candidate: layers.candidate, divisor: divisor,
          residence: residence, limits: limits)
        {
          return form
        }
      }
    }
    return widest
  }
}

extension UnmeasuredCell {
  /// A planned cell that was given up.
  init(_ plan: CellPlan, _ status: Cell.Status, _ reason: String) {
    self.init(
      candidate: plan.candidateID, baseline: plan.baselineID, conditions: plan.conditions,
      status: status, reason: reason)
  }
}
