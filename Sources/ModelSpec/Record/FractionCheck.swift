import FoundationEssentials
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// A part of the intermediate size that is measured for all of it: `1/8`.
public struct WidthFraction: Hashable, Sendable, CustomStringConvertible {
  /// Parts that are measured.
  public let measured: Int
  /// Parts that there are.
  public let whole: Int

  /// One part of so many.
  public init(oneOf whole: Int) {
    measured = 1
    self.whole = whole
  }

  /// Reads `1/8`; `nil` for what is no fraction of one or less.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let measured = parts[0], let whole = parts[1], measured > 0,
      measured <= whole
    else { return nil }
    self.measured = measured
    self.whole = whole
  }

  /// How many times the fraction goes into the whole: 8 of 1/8.
  public var inverse: Double { Double(whole) / Double(measured) }

  /// `1/8`.
  public var description: String { "\(measured)/\(whole)" }
}

/// The same cell at another fraction of the width, measured in the same visits: what taking a fraction does
/// to the ratio.
public struct FractionCheck: Codable, Hashable, Sendable {
  /// The other fraction: `1/16`, or `1/1` for the whole width.
  public var scaled: String
  /// Its rounds, each with the visit to the cell that it belongs to.
  public var rounds: [PairedRound]

  /// The rounds at another fraction.
  public init(scaled: String, rounds: [PairedRound]) {
    self.scaled = scaled
    self.rounds = rounds
  }

  /// The log of the ratio at this fraction over that at the cell's own: the median over the visits that have
  /// both; `nil` without such visits.
  public func logDifference(from own: [PairedRound]) -> Double? {
    let (own, other) = (Self.mediansOfVisits(own), Self.mediansOfVisits(rounds))
    let differences = other.compactMap { visit, ratio in own[visit].map { ratio - $0 } }
    return differences.isEmpty ? nil : differences.median
  }

  /// What the log-ratio of a cell would change by at full width; `nil` where the two fractions do not tell.
  ///
  /// What a fraction costs is in joins, waits and the ends of products: as many at every width, so that their
  /// part grows as 1 / width, and two widths give the line on which full width lies.
  ///
  /// - Parameters:
  ///   - rounds: of the cell, with their visits.
  ///   - scaled: the cell's own fraction.
  public func logShiftToFullWidth(of own: [PairedRound], scaled: String) -> Double? {
    guard let other = WidthFraction(self.scaled), let fraction = WidthFraction(scaled),
      other.inverse != fraction.inverse, let difference = logDifference(from: own)
    else { return nil }
    return -difference * (fraction.inverse - 1) / (other.inverse - fraction.inverse)
  }

  /// Medians of log-ratios, visit by visit.
  private static func mediansOfVisits(_ rounds: [PairedRound]) -> [Int: Double] {
    let usable = rounds.filter { $0.baselineSeconds > 0 && $0.candidateSeconds > 0 }
    return Dictionary(grouping: usable) { $0.visit ?? 0 }
      .mapValues { rounds in
        rounds.map { log($0.baselineSeconds) - log($0.candidateSeconds) }.median
      }
  }
}

extension RatioEstimate {
  /// The estimate of rounds at a fraction of the width, whose interval also holds what two fractions say of
  /// full width; the same where there is no check, or it does not tell.
  public func including(_ check: FractionCheck?, of rounds: [PairedRound], scaled: String?)
    -> RatioEstimate
  {
    guard let scaled, let shift = check?.logShiftToFullWidth(of: rounds, scaled: scaled),
      shift.isFinite
    else { return self }
    var estimate = self
    estimate.low *= exp(min(0, shift))
    estimate.high *= exp(max(0, shift))
    return estimate
  }
}
