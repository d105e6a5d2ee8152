import Statistics

/// Router logits under which a router chooses given experts.
///
/// All choices get Gumbel noise, which is what makes logits of the uniform draw; then the chosen ones
/// are lifted above the rest. Their order among each other, and so their weights, is left to the
/// noise: recorders keep ids and seldom scores, and a pass takes no longer for another order.
enum PlantedLogits {
  /// Logits between the last that is chosen and the first that is not.
  ///
  /// Planting errs by less than a tenth (`RoutedInputs`, whose test derives it), router biases are up
  /// to 0.1, and the logistic function of half of this either way, 0.88 and 0.12, leaves room for
  /// selection biases and for groups ranked by their two best.
  static let gap = 4.0

  /// One logit for each of so many choices, the middle of the gap at 0 so that no score saturates.
  static func planting(
    _ chosen: some Sequence<UInt16>, choices: Int, noise generator: inout SeededGenerator
  ) -> [Double] {
    var logits = (0..<choices).map { _ in generator.nextGumbel() }
    var isChosen = [Bool](repeating: false, count: choices)
    for expert in chosen { isChosen[Int(expert)] = true }
    var (lowestChosen, highestOther) = (Double.infinity, -Double.infinity)
    for choice in 0..<choices {
      if isChosen[choice] {
        lowestChosen = min(lowestChosen, logits[choice])
      } else {
        highestOther = max(highestOther, logits[choice])
      }
    }
    for choice in 0..<choices {
      logits[choice] +=
        isChosen[choice] ? gap / 2 - lowestChosen : -gap / 2 - highestOther
    }
    return logits
  }
}
