import ModelSpec

/// A run that cannot be done as asked, with the sentence that says why.
public enum PlanError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The workload cannot hold a candidate against a baseline, with the reason and what to do as a
  /// sentence.
  case unpairable(reason: String)
  /// A workload's passes do not have a size that was given.
  case noSuchSize(workload: String, size: String)
  /// A routing was asked of a workload that routes no tokens.
  case routesNothing(workload: String)
  /// A model has no layer of the kind that the workload measures.
  case noLayers(id: String)
  /// Numbers of experts were asked of a model, or by a workload, that they change nothing of.
  case nothingToVary(id: String)
  /// A model cannot have so many experts, or so many of them per token.
  case impossibleVariant(id: String, SweepOptions.Variant, reason: String)
  /// A recorded routing does not fit a routed layer of a side.
  case recording(source: String, reason: String)
  /// An engine has no products for a format of weights.
  case format(engine: String, format: String, has: [String])
  /// The work of a pass cannot be counted.
  case uncountable(pairing: String, reason: String)
  /// The smallest faithful form of a pairing does not fit; with what is enough for all pairings of the run.
  case memory(
    pairing: String, arithmetic: String, neededBytes: Int, allowedBytes: Int,
    remedy: MemoryRemedy, enoughBytes: Int)
  /// The matrices of a product do not fit.
  case productMemory(arithmetic: String, neededBytes: Int, allowedBytes: Int)
  /// A model has parts that cannot be computed, so that it cannot be run as a whole.
  case notWhole(id: String, reason: String)
  /// All layers of a model do not fit; with the longest context that does.
  case modelMemory(
    id: String, arithmetic: String, neededBytes: Int, allowedBytes: Int, longestContext: Int?)
  /// The caches of an attention do not fit.
  case attentionMemory(name: String, neededBytes: Int, allowedBytes: Int)
  /// Attention takes longer than the time, most of it by one point.
  case attentionTime(longest: String, neededSeconds: Double, budgetSeconds: Double)
  /// A cell does not have a fraction of the width that was asked for, or has no memory for it.
  case width(cell: String, fraction: String)
  /// A cell cannot be had in the form that a record has, with the reason as the end of a sentence.
  case form(cell: String, reason: String)
  /// Even the fewest rounds that an interval needs do not fit.
  case time(cell: String, neededSeconds: Double, budgetSeconds: Double, sizes: [Workload.Size])

  /// What fits the memory that a pairing does not.
  public enum MemoryRemedy: Hashable, Sendable {
    /// So much at most of one size or the other, if all else stays.
    case atMost([Workload.Size: Int])
    /// A pass of less of all sizes.
    case smaller([Workload.Size])
    /// Nothing: not even the smallest pass, in words.
    case none(smallest: String)

    /// What to give, up to more memory.
    fileprivate func sentence(sizedBy sizing: Sizing) -> String {
      let assumptions = "give less with --set, or"
      switch self {
      case .atMost where sizing == .assumptions: return assumptions
      case .smaller where sizing == .assumptions: return assumptions
      case .atMost(let most):
        let options = Workload.Size.allCases.compactMap { size in
          most[size].map { "--\(size) of at most \($0)" }
        }
        return "give \(options.joined(separator: " or ")), or"
      case .smaller(let sizes):
        return "give smaller \(sizes.map { "--\($0)" }.joined(separator: " and ")), or"
      case .none(let smallest):
        return "not even a pass of \(smallest) fits, so give"
      }
    }
  }

  /// What gives passes their sizes.
  public enum Sizing: Hashable, Sendable {
    /// An option for each size: `--tokens`.
    case options
    /// Assumptions, which `--set` changes.
    case assumptions
  }

  /// What is wrong and what to do.
  public var description: String { description(sizedBy: .options) }

  /// What is wrong and what to do where passes have their sizes by such means.
  public func description(sizedBy sizing: Sizing) -> String {
    switch self {
    case .unpairable(let reason):
      return reason
    case .noSuchSize(let workload, let size):
      return "a pass of \(workload) has no \(size); leave --\(size) out, or name another --workload"
    case .routesNothing(let workload):
      return
        "tokens of a pass of \(workload) cannot be routed as wanted: it has no routers, or these read what "
        + "comes out of attention; leave --routing out, or name another --workload"
    case .noLayers(let id):
      return "\(id) has no layer to measure"
    case .nothingToVary(let id):
      return "\(id) routes no tokens, so --experts and --top-k have nothing to vary; leave them out"
    case .impossibleVariant(let id, let variant, let reason):
      let wanted = [
        variant.experts.map { "--experts \($0)" }, variant.topK.map { "--top-k \($0)" },
      ]
      return "\(id) cannot be had with \(wanted.compactMap { $0 }.joined(separator: " and ")): "
        + "\(reason); every number of one list is combined with every number of the other, so leave "
        + "this one out"
    case .recording(let source, let reason):
      return "the routing \(source) cannot be replayed: \(reason)"
    case .format(let engine, let format, let has):
      return "the \(engine) engine does not multiply \(format) weights; it has "
        + has.joined(separator: ", ")
    case .uncountable(let pairing, let reason):
      return "\(pairing) cannot be measured: \(reason)"
    case .memory(let pairing, let arithmetic, let needed, let allowed, let remedy, let enough):
      return "\(pairing) does not fit the memory: even the smallest faithful form needs more "
        + "than the \(ByteCount(allowed)) that --memory or the limits of this process allow, for \(arithmetic), "
        + "\(ByteCount(needed)) together; "
        + "\(remedy.sentence(sizedBy: sizing)) --memory \(ByteCount.roundedUp(enough))"
    case .productMemory(let arithmetic, let needed, let allowed):
      return "the product does not fit the memory: \(arithmetic), \(ByteCount(needed)) "
        + "together, and \(ByteCount(allowed)) can be had; give a smaller --n, --k or --m"
    case .notWhole(let id, let reason):
      return "\(id) cannot be run end to end: \(reason); measure what can be with tenfold run"
    case .modelMemory(let id, let arithmetic, let needed, let allowed, let longest):
      return
        "\(id) does not fit the memory as a whole: \(arithmetic), \(ByteCount(needed)) together, and "
        + "\(ByteCount(allowed)) can be had; "
        + (longest.map { "give --context of at most \($0), or" } ?? "no context fits, so give")
        + " --memory \(ByteCount.roundedUp(needed)), or a smaller --precision"
    case .attentionMemory(let name, let needed, let allowed):
      return "\(name) does not fit the memory: keys, values, queries, scratch and measuring read "
        + "bandwidth take \(ByteCount(needed)), and --memory or the limits of this process allow "
        + "\(ByteCount(allowed)); give a smaller --tokens, --sequences or --context, or --memory "
        + "\(ByteCount.roundedUp(needed))"
    case .attentionTime(let longest, let needed, let budget):
      return
        "the fewest rounds take about \(Self.time(needed)) by a guess, most of it \(longest), and --budget allows "
        + "\(Self.time(budget)); give a larger --budget or a smaller --tokens, --sequences or --context"
    case .width(let cell, let fraction):
      return
        "\(cell) cannot be measured at \(fraction) of its width: it does not divide, or does not fit "
        + "--memory; give another --width"
    case .form(let cell, let reason):
      return "\(cell) cannot be measured as the record of --like has it: \(reason)"
    case .time(let cell, let needed, let budget, let sizes):
      return
        "\(cell) needs about \(Self.time(needed)) for the fewest rounds that an interval takes, and "
        + "--budget allows \(Self.time(budget)); give a larger --budget or "
        + (sizing == .assumptions
          ? "less with --set" : "a smaller " + sizes.map { "--\($0)" }.joined(separator: " or "))
    }
  }

  /// Whole seconds, or milliseconds of less than one.
  private static func time(_ seconds: Double) -> String {
    seconds < 1
      ? "\(Int((seconds * 1000).rounded(.up))) ms" : "\(Int(seconds.rounded(.up))) s"
  }

  /// True when the request is at fault rather than the machine's size.
  public var isUsage: Bool {
    switch self {
    case .unpairable, .noSuchSize, .routesNothing, .noLayers, .nothingToVary,
      .impossibleVariant, .format,
      .uncountable, .notWhole:
      true
    case .recording, .memory, .productMemory, .modelMemory, .attentionMemory, .attentionTime, .time,
      .width, .form:
      false
    }
  }

  /// True when a file is at fault.
  public var isBadInput: Bool {
    if case .recording = self { true } else { false }
  }
}

/// A count of bytes as people read it.
struct ByteCount: CustomStringConvertible {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// One decimal above bytes: `7.5 GiB`.
  var description: String {
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < Self.units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return unit == 0 ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(Self.units[unit])"
  }

  /// The next whole MiB or GiB in the form that `--memory` reads: `11GiB`.
  static func roundedUp(_ bytes: Int) -> String {
    let unit = bytes >= 4 << 30 ? (1 << 30, "GiB") : (1 << 20, "MiB")
    return "\(bytes / unit.0 + 1)\(unit.1)"
  }
}
