import LayerSpec

/// One pairing under one set of conditions: a baseline's pass against a candidate's pass.
public struct Cell: Hashable, Sendable {
  /// Id of the architecture under test.
  public var candidate: String
  /// `iso-active`, `iso-total`, or the id of a named architecture.
  public var baseline: String
  /// What one timed pass does, with its sizes.
  public var workload: Workload
  /// Worker threads.
  public var threads: Int
  /// The engine by name, such as `tile`.
  public var engine: String
  /// The weight format of networks.
  public var precision: WeightFormat
  /// How tokens were sent to experts, and what came of it; absent for a workload that routes
  /// nothing.
  public var routing: RoutingSummary?
  /// Baseline FLOPs / candidate FLOPs.
  public var flopRatio: Double
  /// Baseline roofline seconds / candidate roofline seconds, absent without ceilings.
  public var rooflineRatio: Double?
  /// Baseline seconds / candidate seconds.
  public var timeRatio: RatioEstimate
  /// Time ratio / FLOP ratio.
  public var realisedShare: Double
  /// Both sides' work and time.
  public var sides: Sides
  /// The raw measurement, from which a reader computes every time and ratio again.
  public var rounds: [PairedRound]
  /// The same cell at another fraction of the width, from which its interval knows what scaling does; absent
  /// where the whole width was measured.
  public var fractionCheck: FractionCheck?
  /// Whatever a reader should know about this cell.
  public var cautions: [String]
  /// Where the FLOP saving went, absent when it was not analysed.
  public var explanation: Explanation?
  /// The ceiling that was measured beside this cell, absent without ceilings.
  ///
  /// Roofline figures and the explanation go by it where it is of the cell's visits (`isOfVisits`); in older
  /// records they go by the record's ceilings, which are the best of the run.
  public var ceilingBeside: Ceiling?
  /// What became of the cell; absent where it was measured, as it is in every cell of this version.
  public var status: Status?

  /// Why it ended so, as a sentence without its full stop; absent where it was measured.
  public var reason: String?

  /// How measuring a cell ended; an open value, for a later version may know other endings.
  public struct Status: RawRepresentable, Codable, Hashable, Sendable {
    /// The name in the record: `measured`.
    public let rawValue: String

    /// The ending of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The rounds are whole.
    public static let measured = Status(rawValue: "measured")
    /// A side computed something wrong, or seemed to be faster than the machine.
    public static let failed = Status(rawValue: "failed")
    /// There was too little time for it.
    public static let leftOut = Status(rawValue: "left-out")
  }

  /// The fraction of the width that was measured, the same on both sides; `nil` for all of it.
  public var scaled: String? { sides.baseline.scaled ?? sides.candidate.scaled }

  /// A measured cell; `ceilingBeside`, `fractionCheck` and `status` are absent until they are set.
  public init(
    candidate: String, baseline: String, workload: Workload, threads: Int, engine: String,
    precision: WeightFormat, routing: RoutingSummary?, flopRatio: Double,
    rooflineRatio: Double? = nil, timeRatio: RatioEstimate, realisedShare: Double, sides: Sides,
    rounds: [PairedRound], cautions: [String], explanation: Explanation? = nil
  ) {
    self.candidate = candidate
    self.baseline = baseline
    self.workload = workload
    self.threads = threads
    self.engine = engine
    self.precision = precision
    self.routing = routing
    self.flopRatio = flopRatio
    self.rooflineRatio = rooflineRatio
    self.timeRatio = timeRatio
    self.realisedShare = realisedShare
    self.sides = sides
    self.rounds = rounds
    self.cautions = cautions
    self.explanation = explanation
  }

  /// T, tokens of a pass.
  public var tokens: Int { workload.tokens }

  /// Everything that the cell was measured under.
  public var conditions: Conditions {
    Conditions(
      workload: workload, threads: threads, engine: engine, format: precision,
      routing: routing?.condition)
  }

  /// Whether this version knows what was measured and how that ended, so that it may judge by it.
  public var isKnown: Bool { unknownParts.isEmpty }

  /// What this version does not know of the cell, each as the end of a sentence.
  public var unknownParts: [String] {
    let ending = status.flatMap { status in
      status == .measured
        ? nil : "the cell status \(status.rawValue)" + (reason.map { " (\($0))" } ?? "")
    }
    return [ending].compactMap(\.self) + conditions.unknownParts
  }
}

extension Cell: Codable {
  // The workload's kind and sizes are keys of the cell itself.
  private enum CodingKeys: CodingKey {
    case candidate, baseline, threads, engine, precision, routing, flopRatio, rooflineRatio
    case timeRatio, realisedShare, sides, rounds, cautions, explanation, ceilingBeside, status
    case reason, fractionCheck, energyRatio
  }

  /// Reads a cell of `tenfold.result/1`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      candidate: try container.decode(String.self, forKey: .candidate),
      baseline: try container.decode(String.self, forKey: .baseline),
      workload: try Workload(from: decoder),
      threads: try container.decode(Int.self, forKey: .threads),
      engine: try container.decode(String.self, forKey: .engine),
      precision: try container.decode(WeightFormat.self, forKey: .precision),
      routing: try container.decodeIfPresent(RoutingSummary.self, forKey: .routing),
      flopRatio: try container.decode(Double.self, forKey: .flopRatio),
      rooflineRatio: try container.decodeIfPresent(Double.self, forKey: .rooflineRatio),
      timeRatio: try container.decode(RatioEstimate.self, forKey: .timeRatio),
      realisedShare: try container.decode(Double.self, forKey: .realisedShare),
      sides: try container.decode(Sides.self, forKey: .sides),
      rounds: try container.decode([PairedRound].self, forKey: .rounds),
      cautions: try container.decode([String].self, forKey: .cautions),
      explanation: try container.decodeIfPresent(Explanation.self, forKey: .explanation))
    ceilingBeside = try container.decodeIfPresent(Ceiling.self, forKey: .ceilingBeside)
    status = try container.decodeIfPresent(Status.self, forKey: .status)
    reason = try container.decodeIfPresent(String.self, forKey: .reason)
    fractionCheck = try container.decodeIfPresent(FractionCheck.self, forKey: .fractionCheck)
  }

  /// Writes a cell of `tenfold.result/1`.
  public func encode(to encoder: any Encoder) throws {
    try workload.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(candidate, forKey: .candidate)
    try container.encode(baseline, forKey: .baseline)
    try container.encode(threads, forKey: .threads)
    try container.encode(engine, forKey: .engine)
    try container.encode(precision, forKey: .precision)
    try container.encodeIfPresent(routing, forKey: .routing)
    try container.encode(flopRatio, forKey: .flopRatio)
    try container.encodeIfPresent(rooflineRatio, forKey: .rooflineRatio)
    try container.encode(timeRatio, forKey: .timeRatio)
    try container.encode(realisedShare, forKey: .realisedShare)
    try container.encode(sides, forKey: .sides)
    try container.encode(rounds, forKey: .rounds)
    try container.encode(cautions, forKey: .cautions)
    try container.encodeIfPresent(explanation, forKey: .explanation)
    try container.encodeIfPresent(ceilingBeside, forKey: .ceilingBeside)
    try container.encodeIfPresent(status, forKey: .status)
    try container.encodeIfPresent(reason, forKey: .reason)
    try container.encodeIfPresent(fractionCheck, forKey: .fractionCheck)
    // For readers of the file alone: whoever decodes a cell has it from the rounds.
    try container.encodeIfPresent(energy?.ratio, forKey: .energyRatio)
  }
}

/// The two sides of a cell: the work and the time of each.
public struct Sides: Codable, Hashable, Sendable {
  /// The side whose work is the numerator of the ratios.
  public var baseline: Side
  /// The side whose work is the denominator of the ratios.
  public var candidate: Side

  /// The baseline's side and the candidate's.
  public init(baseline: Side, candidate: Side) {
    self.baseline = baseline
    self.candidate = candidate
  }
}

/// One side of a cell: all of its layers together.
public struct Side: Codable, Hashable, Sendable {
  /// Matmul FLOPs of a pass at full size.
  public var flops: Int
  /// Bytes of a pass at full size: weights of the distinct experts once, activations in and out.
  public var bytes: Int
  /// Median seconds of a pass, scaled to full size where `scaled` says so.
  public var secondsMedian: Double
  /// Roofline seconds / measured seconds, absent without ceilings.
  public var rooflineShare: Double?
  /// The fraction of the intermediate size that was measured, such as `1/8`; absent for all of it.
  public var scaled: String?
  /// Experts held in memory, such as `4 of 128`; absent when all are.
  public var residentExperts: String?
  /// Where the median seconds went, absent when that was not measured.
  public var phases: PhaseSeconds?
  /// The layers of the side, equal ones in one group.
  public var layers: [LayerGroup]

  /// A side; what is not given was not measured, and is absent in JSON.
  public init(
    flops: Int, bytes: Int, secondsMedian: Double, rooflineShare: Double? = nil, scaled: String?,
    residentExperts: String?, phases: PhaseSeconds? = nil, layers: [LayerGroup]
  ) {
    self.flops = flops
    self.bytes = bytes
    self.secondsMedian = secondsMedian
    self.rooflineShare = rooflineShare
    self.scaled = scaled
    self.residentExperts = residentExperts
    self.phases = phases
    self.layers = layers
  }
}

/// Equal layers of a side.
public struct LayerGroup: Codable, Hashable, Sendable {
  /// What the layer is: `dense F=28672` or `sparse E=8 K=2 F=14336`.
  public var layer: String
  /// How many of them the side has.
  public var count: Int
  /// Median seconds of one such layer at full size.
  public var secondsMedian: Double

  /// `count` equal layers of that label.
  public init(layer: String, count: Int, secondsMedian: Double) {
    self.layer = layer
    self.count = count
    self.secondsMedian = secondsMedian
  }
}

/// Seconds of one pass of each side in one round: the mean over all passes of its slices.
public struct PairedRound: Codable, Hashable, Sendable {
  /// The order of the slices, A the baseline: `ABBA` or `BAAB`, `AB` or `BA` of long passes, and `ABBABAAB` or
  /// `BAABABBA` of passes between, each pair of slices on another batch.
  public var order: String
  /// Seconds of one baseline pass, all layers, at full size.
  public var baselineSeconds: Double
  /// Seconds of one candidate pass, all layers, at full size.
  public var candidateSeconds: Double
  /// Which visit to the cell the round belongs to, from 0; absent where all rounds were measured in one.
  public var visit: Int?
  /// Mean power of the machine in the baseline's slices, watts; absent where the machine does not tell.
  public var baselineWatts: Double?
  /// The same in the candidate's slices.
  public var candidateWatts: Double?

  /// A round; `visit` is absent where all rounds of a cell were measured in one.
  public init(order: String, baselineSeconds: Double, candidateSeconds: Double, visit: Int? = nil) {
    self.order = order
    self.baselineSeconds = baselineSeconds
    self.candidateSeconds = candidateSeconds
    self.visit = visit
  }
}
