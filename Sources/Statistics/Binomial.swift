import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// What is known of a probability from trials that either hit or miss.
public enum Binomial {
  /// Clopper and Pearson's interval for the probability of a hit, which covers it with at least the confidence
  /// at every number of trials (Biometrika 26, 1934).
  ///
  /// - Parameter confidence: two-sided, such as 0.95. Of no hits, or of hits alone, the one end that is not known
  ///   beforehand gets all of the error.
  public static func interval(
    hits: Int, of trials: Int, confidence: Double = 0.95
  ) -> (low: Double, high: Double) {
    precondition(hits >= 0 && hits <= trials, "there are \(hits) hits in \(trials) trials")
    guard trials > 0 else { return (0, 1) }
    let error = (1 - confidence) / (hits == 0 || hits == trials ? 1 : 2)
    let low = hits == 0 ? 0 : root { probability(ofAtLeast: hits, of: trials, each: $0) - error }
    let high =
      hits == trials
      ? 1 : root { error - (1 - probability(ofAtLeast: hits + 1, of: trials, each: $0)) }
    return (low, high)
  }

  /// The probability of so many hits or more.
  public static func probability(ofAtLeast hits: Int, of trials: Int, each: Double) -> Double {
    guard hits > 0 else { return 1 }
    guard hits <= trials, each > 0 else { return 0 }
    guard each < 1 else { return 1 }
    var sum = 0.0
    for count in hits...trials {
      let ways =
        lgamma(Double(trials) + 1) - lgamma(Double(count) + 1)
        - lgamma(Double(trials - count) + 1)
      sum += exp(ways + Double(count) * log(each) + Double(trials - count) * log1p(-each))
    }
    return min(1, sum)
  }

  /// Where a function that grows from below 0 crosses it, between 0 and 1.
  private static func root(_ function: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The standard normal distribution.
public enum Normal {
  /// The value that a standard normal variable is below with the given probability, by halving an interval.
  ///
  /// - Precondition: 0 < probability < 1.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "\(probability) is no quantile's probability")
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
