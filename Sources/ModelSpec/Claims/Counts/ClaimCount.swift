/// What arithmetic says of a claim: one quantity of both sides, from the catalogue's architectures and from
/// figures that sources state.
///
/// The counted ratio is baseline / model, as a claim's, except of rates, where more is better. To count
/// another quantity, add a case to `Quantity`, its arithmetic to `ClaimCounting` and its words to the
/// reporter's `CountFormula`.
public struct ClaimCount: Codable, Hashable, Sendable {
  /// What is counted.
  public enum Quantity: String, Codable, Hashable, Sendable, CaseIterable {
    /// All parameters.
    case totalParameters = "total-parameters"
    /// Parameters that one token uses, the head's among them.
    case activeParameters = "active-parameters"
    /// All parameters of a model against those that one of its own tokens uses.
    case sparsity
    /// Bytes of one sequence's keys, values and states at a context.
    case cacheBytes = "cache-bytes"
    /// Bytes of all weights as they are stored.
    case weightBytes = "weight-bytes"
    /// FLOPs of a forward pass of a sequence of `context` tokens, attention among them: between those of all
    /// pairs of tokens, as published counts have them, and those of the pairs that see each other.
    case forwardFLOPs = "forward-flops"
    /// FLOPs of one more token behind `context` others.
    case stepFLOPs = "step-flops"
    /// FLOPs of a training run by the usual estimate: 6 · parameters that a token uses · tokens (Kaplan et
    /// al. 2020, arXiv 2001.08361, section 2.1), without attention between tokens.
    case trainingFLOPs = "training-flops"
    /// An amount that the source states for both sides; less is better.
    case statedAmounts = "stated-amounts"
    /// A rate that the source states for both sides; more is better.
    case statedRates = "stated-rates"

    /// Whether both figures are the source's own, so that the count checks its arithmetic alone.
    public var isStated: Bool { self == .statedAmounts || self == .statedRates }
  }

  /// One side of the count; what is not given is the architecture's own.
  public struct Side: Codable, Hashable, Sendable {
    /// The catalogue's id, where it is not the claim's own; `every-routed` for all routed models.
    public var architecture: String?
    /// The model without what it is said to save by.
    public var form: Form?
    /// Bits of an element of the cache or of a weight; 16 unless given.
    public var bits: Double?
    /// Bits of a routed expert's weight, scales included; those of others unless given.
    public var expertBits: Double?
    /// Parameters that a token uses, as a source states them.
    public var parameters: PrintedFigure?
    /// Tokens of training, as a source states them.
    public var tokens: PrintedFigure?
    /// The stated amount or rate.
    public var figure: PrintedFigure?

    /// A side of which nothing is given.
    public init() {}
  }

  /// A model without what it is said to save by.
  public enum Form: String, Codable, Hashable, Sendable, CaseIterable {
    /// Every layer attends in full and has its own cache, as the layer of the model that has the largest.
    case everyLayerAttends = "every-layer-attends"
  }

  /// What the model's side must stay within.
  public struct Limit: Codable, Hashable, Sendable {
    /// The most bytes.
    public var bytes: Double
    /// What has so many: `one 80 GB GPU`.
    public var name: String
  }

  /// How the source prints the claimed number, which says how far it is rounded.
  public struct Printed: Codable, Hashable, Sendable {
    /// The ratio itself: `17` for "17x".
    public var ratio: PrintedFigure?
    /// The model's part of the baseline in percent: `39.6` for "39.6 % of the computations".
    public var share: PrintedFigure?
    /// What the model needs less, in percent: `93.3` for "93.3 % less".
    public var saving: PrintedFigure?
    /// The baseline's figure, beside `model`.
    public var baseline: PrintedFigure?
    /// The model's figure, beside `baseline`.
    public var model: PrintedFigure?
  }

  /// What is counted.
  public var quantity: Quantity
  /// Tokens of a sequence, where the quantity depends on them.
  public var context: Int?
  /// The claimant's model; `nil` where nothing is given.
  public var model: Side?
  /// What it is compared with; `nil` where nothing is given.
  public var baseline: Side?
  /// What stated figures are of: `TPU v3 core-years`.
  public var unit: String?
  /// What the model's side must stay within; `nil` where it need not.
  public var limit: Limit?
  /// How the source prints the claimed number; `nil` where it prints the ratio as the ledger has it.
  public var printed: Printed?
  /// What the claimed ratio holds besides what is counted, as the end of "leaves a factor 3 to explain by";
  /// `nil` where the claim's scope says it, or where the count is all of it.
  public var leaves: String?
}

extension ClaimCount.Printed {
  /// The claimed ratio with what its printing leaves open; `nil` where no form has all of its figures, and
  /// where a saving of all leaves no ratio.
  public var claimed: RoundedValue? {
    let whole = 100.0
    if let ratio { return ratio.value }
    if let share { return RoundedValue(exactly: whole) / share.value }
    if let saving, saving.value.high < whole {
      let left = RoundedValue(
        whole - saving.value.value, low: whole - saving.value.high, high: whole - saving.value.low)
      return RoundedValue(exactly: whole) / left
    }
    guard let baseline, let model else { return nil }
    return baseline.value / model.value
  }
}
