import LayerSpec
import ModelSpec

/// The forms in which the cells of a record were measured, for a run that measures the same.
///
/// Left to itself, a run chooses forms by what the machine allows at the time: a build that became slow
/// is measured at a smaller fraction of its width, and so cannot be compared with what it was.
public struct RecordedForms: Sendable {
  /// The record, for whoever reads that of the run.
  public let origin: RecordOrigin
  private let forms: [Place: RecordedForm]

  /// A pairing under its conditions.
  private struct Place: Hashable {
    let candidate: String
    let baseline: String
    let conditions: Conditions
  }

  /// The forms of all cells that have times and are known to this version.
  ///
  /// - Parameter name: the record as its reader named it.
  public init(of record: Record, named name: String) {
    origin = RecordOrigin(
      name: name, created: record.created, commit: record.tool.commit)
    forms = Dictionary(
      record.cells.filter(\.isKnown).map { cell in
        (
          Place(
            candidate: cell.candidate, baseline: cell.baseline, conditions: cell.conditions),
          RecordedForm(cell)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The form of a cell; `nil` for one that the record did not measure.
  func form(candidate: String, baseline: String, conditions: Conditions) -> RecordedForm? {
    forms[Place(candidate: candidate, baseline: baseline, conditions: conditions)]
  }
}

/// The form of one cell, in the words of its record.
struct RecordedForm: Hashable {
  let baseline: Part
  let candidate: Part
  /// The fraction that told what the cell's own does; `nil` where none did.
  let other: String?

  /// What was measured of a side.
  struct Part: Hashable {
    /// The fraction of the width, `1/8`; `nil` for all of it.
    let scaled: String?
    /// Segments in memory, `4 of 128`; `nil` for all of them.
    let resident: String?
  }

  init(_ cell: Cell) {
    func part(_ side: Side) -> Part {
      Part(scaled: side.scaled, resident: side.residentExperts)
    }
    baseline = part(cell.sides.baseline)
    candidate = part(cell.sides.candidate)
    other = cell.fractionCheck?.scaled
  }

  /// Why a form cannot be had, as the end of a sentence about its cell.
  struct Misfit: Error {
    let reason: String
  }

  /// The fraction as it is asked of every cell.
  ///
  /// - Throws: `Misfit` for a fraction that this version does not measure.
  func width() throws(Misfit) -> ForcedWidth {
    guard baseline.scaled == candidate.scaled else {
      throw Misfit(
        reason: "its sides were measured at \(baseline.scaled ?? "all") and "
          + "\(candidate.scaled ?? "all") of their widths, and both are measured at one fraction now"
      )
    }
    guard let divisor = Self.divisor(of: candidate.scaled) else {
      throw Misfit(
        reason:
          "\(candidate.scaled ?? "all") of a width is not among the fractions that are measured")
    }
    let other = other.flatMap(Self.divisor(of:))
    return ForcedWidth(divisor: divisor, other: other == divisor ? nil : other)
  }

  private static func divisor(of scaled: String?) -> Int? {
    guard let scaled else { return 1 }
    guard let fraction = WidthFraction(scaled), fraction.measured == 1,
      ForcedWidth.divisors.contains(fraction.whole)
    else { return nil }
    return fraction.whole
  }

  /// The layers of a pairing in this form.
  ///
  /// How many copies are kept of them no record tells; it follows from how many segments are, so the plans
  /// that a run would choose itself come first, in its order.
  ///
  /// - Throws: `Misfit` where the widths or the segments are others now, or the memory is too short.
  func plan(_ layers: PairedLayers, limits: MemoryPlan.Limits) throws(Misfit) -> MemoryPlan {
    let divisor = try width().divisor
    var choices = [Residence.whole, .enough, .fewest].map { ($0, nil as MemoryPlan.Segments?) }
    if let baseline = Self.segments(baseline.resident, of: layers.baseline),
      let candidate = Self.segments(candidate.resident, of: layers.candidate)
    {
      let stated = MemoryPlan.Segments(baseline: baseline, candidate: candidate)
      choices += [(.enough, stated), (.fewest, stated)]
    }
    var needed: Int?
    for (residence, segments) in choices {
      guard
        let plan = MemoryPlan(
          layersOf: layers.baseline, layers.candidate, divisor: divisor, residence: residence,
          segments: segments, limits: limits)
      else { throw Misfit(reason: "1/\(divisor) of its width does not divide") }
      guard plan.baseline.residentDescription == baseline.resident,
        plan.candidate.residentDescription == candidate.resident
      else { continue }
      if plan.fits(limits) { return plan }
      needed = min(needed ?? .max, plan.bytes(limits))
    }
    guard let needed else {
      throw Misfit(
        reason:
          "its sides cannot keep \(baseline.resident ?? "all") and \(candidate.resident ?? "all") "
          + "of their experts in memory")
    }
    throw Misfit(
      reason:
        "that takes \(ByteCount(needed)), more than the \(ByteCount(limits.memoryBytes)) that "
        + "--memory or the limits of this process allow; give --memory \(ByteCount.roundedUp(needed))"
    )
  }

  /// Of each layer the segments that a record states, one entry for every kind of layer that keeps fewer than
  /// all; `nil` where no layers have so many.
  private static func segments(_ stated: String?, of layers: [PlannedLayer]) -> [Int?]? {
    var entries =
      stated?.split(separator: ",").map { entry in
        entry.split(separator: " ").compactMap { Int($0) }
      } ?? []
    let counts = layers.map { planned -> Int? in
      guard let segments = planned.layer.segments else { return nil }
      guard let entry = entries.first, entry.count == 2, entry[1] == segments.count,
        (segments.least..<segments.count).contains(entry[0])
      else { return segments.count }
      entries.removeFirst()
      return entry[0]
    }
    return entries.isEmpty ? counts : nil
  }
}
