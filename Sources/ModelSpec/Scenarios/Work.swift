import LayerSpec

/// Passes that make up a piece of work, each as often as it occurs.
///
/// A long answer is many steps, each over a longer cache than the last. Their seconds are measured at a few
/// lengths of the cache and taken to be straight between them, so that any answer is a sum of measured steps.
struct Work {
  private(set) var terms: [(count: Double, pass: ModelPass)] = []

  /// One pass, some times.
  init(_ count: Double, _ pass: ModelPass) { terms = [(count, pass)] }

  private init(_ terms: [(count: Double, pass: ModelPass)]) { self.terms = terms }

  /// Writing `tokens` tokens in each of some sequences whose caches hold `context` before.
  ///
  /// - Parameter knots: lengths of the cache at which steps are measured, ascending, from `context` on to its
  ///   last length.
  init(writing tokens: Double, sequences: Int, context: Int, knots: [Int]) {
    let (first, last) = (Double(context), Double(context) + tokens)
    for (left, right) in zip(knots, knots.dropFirst()) {
      let (a, b) = (Double(left), Double(right))
      let (from, to) = (max(a, first), min(b, last))
      guard to > from else { continue }
      // The trapezoid between `from` and `to` of the line through both knots.
      let middle = ((from + to) / 2 - a) / (b - a)
      terms.append(((to - from) * (1 - middle), .step(sequences: sequences, context: left)))
      terms.append(((to - from) * middle, .step(sequences: sequences, context: right)))
    }
  }

  static func + (left: Work, right: Work) -> Work { Work(left.terms + right.terms) }

  static func * (factor: Double, work: Work) -> Work {
    Work(work.terms.map { (factor * $0.count, $0.pass) })
  }

  /// Its passes, each once.
  var passes: [ModelPass] {
    var seen: Set<ModelPass> = []
    return terms.map(\.pass).filter { seen.insert($0).inserted }
  }
}

extension Architecture {
  /// FLOPs of some work, those between tokens that see each other and of the head where it is needed.
  ///
  /// - Throws: `ScenarioError.uncountable` for more than can be counted.
  func flops(of work: Work) throws(ScenarioError) -> Double {
    var sum = 0.0
    for (count, pass) in work.terms { sum += count * (try flops(of: pass)) }
    return sum
  }

  private func flops(of pass: ModelPass) throws(ScenarioError) -> Double {
    func head(rows: Int) -> Double {
      operations(of: .head, tokens: rows, formats: FormatPlan(.f32))
        .reduce(0) { $0 + Double($1.flops) }
    }
    do {
      switch pass {
      case .prefill(let tokens):
        return Double(try visibleForwardFLOPs(tokens: tokens)) - head(rows: tokens)
          + head(rows: pass.rowsOfHead)
      case .step(let sequences, let context):
        return Double(sequences) * Double(try stepFLOPs(context: context))
      case .training(let tokens):
        // Every product has two behind it (`[Operation].trained`).
        return 3 * Double(try visibleForwardFLOPs(tokens: tokens))
      }
    } catch {
      throw .uncountable(reason: "\(error)")
    }
  }
}

extension PassTimes {
  /// Seconds of some work of one side.
  func seconds(
    of work: Work, _ role: ScenarioPairing.Role
  ) throws(ScenarioError) -> Quantity {
    var sum = Quantity(0)
    for (count, pass) in work.terms {
      let timed = try self.pass(pass)
      sum = sum + count * (role == .candidate ? timed.candidate : timed.baseline).seconds
    }
    return sum
  }

  /// Baseline / candidate of the same work, by the ratios that were measured by turns.
  func ratio(of work: Work) throws(ScenarioError) -> Quantity {
    var (top, bottom) = (Quantity(0), 0.0)
    for (count, pass) in work.terms {
      let timed = try self.pass(pass)
      let candidate = timed.candidate
      // What a candidate's pass takes cancels but for the weight that it gives to its pass's ratio.
      top = top + count * (candidate.timed.median * timed.ratio + timed.baseline.counted)
      bottom += count * candidate.seconds.median
    }
    return bottom > 0 ? top.rising { $0 / bottom } : Quantity(1)
  }

  /// The ratio of two pieces of work of one side, which may share passes: those that both have do not err against
  /// each other.
  func ratio(
    of work: Work, to other: Work, _ role: ScenarioPairing.Role
  ) throws(ScenarioError) -> Quantity {
    let passes = (work + other).passes
    var seconds: [ModelPass: Quantity] = [:]
    for pass in passes { seconds[pass] = try self.seconds(of: Work(1, pass), role) }
    func sum(_ work: Work, _ end: (ModelPass) -> Double) -> Double {
      work.terms.reduce(0) { $0 + $1.count * end($1.pass) }
    }
    func median(_ pass: ModelPass) -> Double { seconds[pass]?.median ?? 0 }
    let median = sum(work, median) / sum(other, median)
    // The quotient is largest and smallest where each pass is at an end of its interval: at the upper one where
    // the first sum has more of it than the quotient times the second has. The quotient that says so is found by
    // going on from the last (Dinkelbach 1967, Management Science 13(7)).
    func extreme(_ isLargest: Bool) -> Double {
      var quotient = median
      for _ in 0..<Self.mostSteps {
        func end(_ pass: ModelPass) -> Double {
          let rises =
            sum(work) { $0 == pass ? 1 : 0 } >= quotient * sum(other) { $0 == pass ? 1 : 0 }
          guard let interval = seconds[pass] else { return 0 }
          return rises == isLargest ? interval.high : interval.low
        }
        let next = sum(work, end) / sum(other, end)
        if next == quotient { break }
        quotient = next
      }
      return quotient
    }
    return Quantity(median: median, low: extreme(false), high: extreme(true))
  }

  /// Steps that find an extreme quotient: each pass changes its end at most once.
  private static let mostSteps = 16
}
