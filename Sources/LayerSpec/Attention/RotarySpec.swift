import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// Rotary position embedding: pairs of a head's elements are turned by an angle that grows with the token's
/// position (RoFormer, arXiv 2104.09864).
///
/// Pair i of `width` / 2 is turned by position · `inverseFrequencies[i]`; a pair (a, b) becomes
/// (a·cos − b·sin, b·cos + a·sin) times `amplitude`. Elements of a head beyond `width` stay as they are.
public struct RotarySpec: Hashable, Sendable {
  /// Which elements make a pair.
  public enum Pairing: Hashable, Sendable {
    /// Elements i and i + width / 2, as Llama's checkpoints have them in transformers.
    case halves
    /// Elements 2i and 2i + 1 (Llama 4, DeepSeek).
    case interleaved
  }

  /// Elements of a head that are turned, an even number.
  public let width: Int
  /// Which of them make a pair.
  public let pairing: Pairing
  /// The base of the frequencies, θ.
  public let base: Double
  /// What stretches the frequencies beyond the context that a model was trained on.
  public let scaling: RotaryScaling

  /// - Throws: `LayerSpecError` when the width is not positive or odd, the base not above 1, or the scaling
  ///   makes no numbers of it.
  public init(
    width: Int, pairing: Pairing = .halves, base: Double, scaling: RotaryScaling = .none
  ) throws(LayerSpecError) {
    try LayerSpecError.requirePositive(width, "rotary width")
    guard width % 2 == 0 else { throw .oddRotaryWidth(width) }
    self.width = width
    self.pairing = pairing
    self.base = base
    self.scaling = scaling
    guard base > 1, base.isFinite, scaling.isDefined else { throw .noRotation(base: base) }
  }

  /// Radians a position for each pair, `width` / 2 of them.
  public var inverseFrequencies: [Double] {
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    return scaling.scaled(plain, width: width, base: base)
  }

  /// Factor on the cosines and sines of queries and of keys: that of YaRN, 1 for others.
  public var amplitude: Double {
    if case .yarn(let yarn) = scaling { yarn.amplitude } else { 1 }
  }
}

/// How rotary frequencies are stretched, as the configurations of transformers name it (`rope_type`).
public enum RotaryScaling: Hashable, Sendable {
  /// As trained.
  case none
  /// All frequencies divided by a factor.
  case linear(factor: Double)
  /// Low frequencies divided by a factor, with a ramp to those that stay (Llama 3.1).
  case llama3(Llama3)
  /// The same by the number of turns within the trained context (Peng et al. 2023, arXiv 2309.00071).
  case yarn(YaRN)

  /// The ramp of Llama 3.1.
  public struct Llama3: Hashable, Sendable {
    /// What low frequencies are divided by.
    public var factor: Double
    /// Turns within the trained context below which a frequency is low.
    public var lowTurns: Double
    /// Turns above which it stays as it is.
    public var highTurns: Double
    /// Tokens of the context that the model was trained on.
    public var trainedContext: Double

    /// The four numbers of a configuration.
    public init(factor: Double, lowTurns: Double, highTurns: Double, trainedContext: Double) {
      self.factor = factor
      self.lowTurns = lowTurns
      self.highTurns = highTurns
      self.trainedContext = trainedContext
    }
  }

  /// YaRN's ramp and its factor on attention.
  public struct YaRN: Hashable, Sendable {
    /// What low frequencies are divided by.
    public var factor: Double
    /// Turns within the trained context above which a frequency stays as it is.
    public var fastTurns: Double
    /// Turns below which it is divided by the whole factor.
    public var slowTurns: Double
    /// Tokens of the context that the model was trained on.
    public var trainedContext: Double
    /// Whether the ends of the ramp are whole pairs.
    public var truncates: Bool
    /// Factor on cosines and sines.
    public var amplitude: Double

    /// The numbers of a configuration.
    public init(
      factor: Double, fastTurns: Double = 32, slowTurns: Double = 1, trainedContext: Double,
      truncates: Bool = true, amplitude: Double
    ) {
      self.factor = factor
      self.fastTurns = fastTurns
      self.slowTurns = slowTurns
      self.trainedContext = trainedContext
      self.truncates = truncates
      self.amplitude = amplitude
    }

    /// 0.1·k·ln f + 1, by which the paper raises attention for a factor f (its section 3.4); 1 without one.
    public static func mscale(factor: Double, times k: Double = 1) -> Double {
      factor <= 1 ? 1 : 0.1 * k * log(factor) + 1
    }
  }

  /// Whether its numbers make finite frequencies of finite ones.
  fileprivate var isDefined: Bool {
    func isPositive(_ numbers: Double...) -> Bool { numbers.allSatisfy { $0 > 0 && $0.isFinite } }
    return switch self {
    case .none: true
    case .linear(let factor): isPositive(factor)
    case .llama3(let ramp):
      isPositive(ramp.factor, ramp.lowTurns, ramp.trainedContext) && ramp.highTurns.isFinite
        && ramp.highTurns > ramp.lowTurns
    case .yarn(let yarn):
      isPositive(
        yarn.factor, yarn.fastTurns, yarn.slowTurns, yarn.trainedContext, yarn.amplitude)
    }
  }

  /// The frequencies of `width` / 2 pairs, stretched.
  fileprivate func scaled(_ plain: [Double], width: Int, base: Double) -> [Double] {
    switch self {
    case .none: plain
    case .linear(let factor): plain.map { $0 / factor }
    case .llama3(let ramp): plain.map(ramp.scaled)
    case .yarn(let yarn): yarn.scaled(plain, width: width, base: base)
    }
  }
}

extension RotaryScaling.Llama3 {
  fileprivate func scaled(_ frequency: Double) -> Double {
    let turns = trainedContext * frequency / (2 * Double.pi)
    if turns < lowTurns { return frequency / factor }
    if turns > highTurns { return frequency }
    let part = (turns - lowTurns) / (highTurns - lowTurns)
    return (1 - part) * frequency / factor + part * frequency
  }
}

extension RotaryScaling.YaRN {
  fileprivate func scaled(_ plain: [Double], width: Int, base: Double) -> [Double] {
    /// The pair that makes so many turns within the trained context.
    func pair(_ turns: Double) -> Double {
      Double(width) * log(trainedContext / (2 * Double.pi * turns)) / (2 * log(base))
    }
    var (low, high) = (pair(fastTurns), pair(slowTurns))
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(width - 1)))
    // The reference keeps the ramp from being a step.
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(1, max(0, (Double(index) - low) / (high - low)))
      return frequency / factor * ramp + frequency * (1 - ramp)
    }
  }
}
