import ModelSpec

/// A run that had to stop while it measured.
public enum RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An output is wrong, so its time means nothing.
  case wrongOutput(cell: String, layer: String, engine: String, error: Double, tolerance: Double)
  /// The same of an attention that is measured alone.
  case wrongAttention(name: String, error: Double, tolerance: Double)
  /// A router sends a token elsewhere than the trace says, so a time would be of another routing.
  case misrouted(cell: String, layer: String, batch: Int, token: Int)
  /// A side is faster than the machine can be, so something about its time is wrong.
  case aboveCeilings(cell: String, side: String, engine: String, share: Double, ceilings: String)
  /// The run was asked to stop; the finished cells are in the record.
  case cancelled

  /// What a prepared pass found wrong.
  init(_ fault: PassFault, cell: String, layer: String, engine: String) {
    switch fault {
    case .wrongOutput(let error, let tolerance):
      self = .wrongOutput(
        cell: cell, layer: layer, engine: engine, error: error, tolerance: tolerance)
    case .misrouted(let batch, let token):
      self = .misrouted(cell: cell, layer: layer, batch: batch, token: token)
    }
  }

  /// A share in whole percent, whatever it is.
  private static func percent(_ share: Double) -> String {
    Int(exactly: (share * 100).rounded()).map(String.init) ?? "\(share * 100)"
  }

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .wrongOutput(let cell, let layer, let engine, let error, let tolerance):
      "\(cell): the output of \(layer) by the \(engine) engine is off by \(error) of its largest "
        + "value where rounding explains \(tolerance); "
        + (EngineTraits.named(engine)?.usesLibrary == true
          ? "check the BLAS library or use another"
          : "that is an error of this engine on this processor: report it, and use another --engine")
    case .wrongAttention(let name, let error, let tolerance):
      "the attention of \(name) is off by \(error) of its largest value where rounding explains "
        + "\(tolerance); that is an error of the kernels on this processor: report it, and try "
        + "TENFOLD_ISA=v2"
    case .misrouted(let cell, let layer, let batch, let token):
      "\(cell): the router of \(layer) cannot be made to send token \(token + 1) of batch "
        + "\(batch + 1) where the trace says; give its counts instead (tenfold routing --help)"
    case .aboveCeilings(let cell, let side, let engine, let share, let ceilings):
      "\(cell): \(side) by the \(engine) engine seems to run at \(Self.percent(share)) % of "
        + "what this machine can do (\(ceilings), measured twice); measure again on an idle machine"
    case .cancelled: "the run was interrupted"
    }
  }
}

/// How far a run is.
public struct RunProgress: Hashable, Sendable {
  /// What happens next.
  public enum Stage: String, Hashable, Sendable {
    /// The memory of weights is written, and ceilings are probed.
    case preparing
    /// Layers are built, and a pass is tried.
    case building
    /// Outputs are compared with the reference.
    case checking
    /// Rounds are timed; nothing should disturb them.
    case measuring
  }

  /// The cell's number, from 1; 0 before the first.
  public let cell: Int
  /// Cells of the run.
  public let cells: Int
  /// The cell in words.
  public let name: String
  /// What happens next.
  public let stage: Stage
  /// Seconds until the run ends, as far as can be told.
  public let secondsLeft: Double
  /// How much of the run is done, 0 to 1.
  public let fraction: Double

  /// The same as a part of several runs.
  ///
  /// - Parameters:
  ///   - planned: cells of all runs.
  ///   - finished: cells of the runs before this one.
  ///   - secondsAfter: what the runs after this one may take.
  func among(_ planned: Int, after finished: Int, secondsAfter: Double) -> RunProgress {
    RunProgress(
      cell: finished + cell, cells: planned, name: name, stage: stage,
      secondsLeft: secondsLeft + secondsAfter,
      fraction: (Double(finished) + fraction * Double(cells)) / Double(max(1, planned)))
  }
}
