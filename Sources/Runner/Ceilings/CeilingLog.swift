import ModelSpec

/// What every probe of a run found, for the ceilings of its record and for what to say of them.
public struct CeilingLog: Sendable {
  /// Full probes in the order of their time: before and after each run.
  private var full: [[Ceiling]] = []
  /// Glances beside the visits to cells.
  private var glances: [[Ceiling]] = []

  /// The largest figures of all probes, for each number of threads and precision in the order of
  /// their first appearance.
  ///
  /// The largest, because a lower figure says that something disturbed the probe, or that the machine
  /// gave less at that time; what it gave beside a cell is told with the cell.
  public private(set) var highest: [Ceiling] = []

  /// An empty history.
  public init() {}

  /// A change beyond this is worth a caution: it is the accuracy that roofline shares are read with.
  static let driftLimit = 0.03

  /// Takes in a full probe.
  mutating func add(_ probe: [Ceiling]) {
    full.append(probe)
    raise(by: probe)
  }

  /// The highest of most glances is less than this many times the lowest of most: twice what makes an interval
  /// a wide one.
  static let swingLimit = 1.2

  /// The fewest glances that have a tenth.
  private static let fewestGlances = 10

  /// Takes in a glance.
  mutating func add(glance: [Ceiling]) {
    glances.append(glance)
    raise(by: glance)
  }

  /// Takes in a probe that repeats another: it can only raise.
  mutating func raise(by probe: [Ceiling]) {
    for ceiling in probe {
      guard let index = highest.firstIndex(where: { $0.isOfSameKind(as: ceiling) }) else {
        highest.append(ceiling)
        continue
      }
      highest[index].peakFlopsPerSecond = max(
        highest[index].peakFlopsPerSecond, ceiling.peakFlopsPerSecond)
      highest[index].readBytesPerSecond = max(
        highest[index].readBytesPerSecond, ceiling.readBytesPerSecond)
      highest[index].tileRates.merge(ceiling.tileRates) { rates, others in
        rates.count == others.count ? zip(rates, others).map(max) : rates
      }
    }
  }

  /// Takes in what another run's probes found after this one's.
  public mutating func append(_ other: CeilingLog) {
    full += other.full
    glances += other.glances
    raise(by: other.highest)
  }

  /// One sentence for each ceiling that was another from moment to moment, or moved from the first full probe to
  /// the last.
  ///
  /// Runs with other numbers of threads probe other ceilings, so each kind has a first and a last of
  /// its own.
  public var cautions: [String] { swings + drifts }

  /// What glances found to change: the reason of intervals that no time narrows.
  private var swings: [String] {
    let glances = glances.flatMap { $0 }
    var sentences: [String] = []
    for kind in highest {
      let same = glances.filter { $0.isOfSameKind(as: kind) }
      guard same.count >= Self.fewestGlances else { continue }
      let threads = "\(kind.threads) \(kind.threads == 1 ? "thread" : "threads")"
      let figures = [
        ("read bandwidth of \(threads)", same.map(\.readBytesPerSecond), "GB/s"),
        ("peak \(kind.precision.name) of \(threads)", same.map(\.peakFlopsPerSecond), "GFLOP/s"),
      ]
      for (what, rates, unit) in figures {
        let (ordered, tenth) = (rates.sorted(), rates.count / 10)
        let (low, high) = (ordered[tenth], ordered[ordered.count - 1 - tenth])
        guard low > 0, high / low > Self.swingLimit else { continue }
        let sentence =
          "\(what) went between \(Self.giga(low)) and \(Self.giga(high)) \(unit) from moment to moment; "
          + "ratios of which it bounds one side alone went with it"
        if !sentences.contains(sentence) { sentences.append(sentence) }
      }
    }
    return sentences
  }

  private var drifts: [String] {
    let probes = full.flatMap { $0 }
    var cautions: [String] = []
    for kind in highest {
      guard let before = probes.first(where: { $0.isOfSameKind(as: kind) }),
        let after = probes.last(where: { $0.isOfSameKind(as: kind) })
      else { continue }
      let drifts = [
        Self.caution(
          "peak \(before.precision.name)", before.peakFlopsPerSecond, after.peakFlopsPerSecond,
          unit: "GFLOP/s", threads: before.threads),
        Self.caution(
          "read bandwidth", before.readBytesPerSecond, after.readBytesPerSecond, unit: "GB/s",
          threads: before.threads),
      ].compactMap { $0 }
      // Precisions share one bandwidth, and its drift is told once.
      cautions += drifts.filter { !cautions.contains($0) }
    }
    return cautions
  }

  private static func caution(
    _ what: String, _ before: Double, _ after: Double, unit: String, threads: Int
  ) -> String? {
    guard before > 0, abs(after / before - 1) > driftLimit else { return nil }
    return "\(what) of \(threads) \(threads == 1 ? "thread" : "threads") drifted from "
      + "\(giga(before)) to \(giga(after)) \(unit) while the run lasted; the record holds the most seen"
  }

  /// Thousand millions with one decimal.
  static func giga(_ rate: Double) -> String {
    let tenths = Int((rate / 1e8).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension Ceiling {
  /// True when both are of the same threads and precision.
  func isOfSameKind(as other: Ceiling) -> Bool {
    threads == other.threads && precision == other.precision
  }
}
