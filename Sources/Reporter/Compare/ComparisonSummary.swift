import ModelSpec

extension RecordComparison {
  /// The verdict in a sentence or two, which name the commits; where there is none, why not and what to do.
  public var summary: String {
    switch verdict {
    case .regression:
      "HEAD\(ofHead) is slower\(thanBase): \(moved(.regression))."
        + (gaps.map { " Moreover, \($0)." } ?? "")
    case .improvement: "HEAD\(ofHead) is faster\(thanBase): \(moved(.improvement))."
    case .pass where commonRevision != nil: nothingToMeasure + " " + sameBuildFigures
    case .pass:
      isSameMeasurement ? Self.same : "HEAD\(ofHead) is not slower\(thanBase): \(figures)."
    case .inconclusive: (contradiction ?? doubt) + " " + advice
    }
  }

  /// That there is nothing to tell apart, for two records of one build.
  private var nothingToMeasure: String {
    "Nothing to measure: both records are of commit \(commonRevision?.short ?? "")."
  }

  /// What two records of one build, which is not slower than itself, differ by all the same.
  private var sameBuildFigures: String {
    isSameMeasurement ? Self.same : "Between them the machine moved \(figures)."
  }

  /// What moved although both records are of one build; `nil` where the builds differ or nothing moved.
  private var contradiction: String? {
    guard commonRevision != nil, [.regression, .improvement].contains(comparedVerdict) else {
      return nil
    }
    let direction = comparedVerdict == .regression ? "slower" : "faster"
    return nothingToMeasure
      + " Yet HEAD is \(direction): \(moved(comparedVerdict)). The code did not "
      + "change, so the machine or what runs beside it did (tenfold doctor --watch 30s looks), or the "
      + "commit is not that of what was measured." + (gaps.map { " Moreover, \($0)." } ?? "")
  }

  /// Why there is no verdict.
  private var doubt: String {
    let reasons = [gaps, findings].compactMap(\.self).joined(separator: "; ")
    return commonRevision == nil
      ? "These records cannot tell\(commits): \(reasons)."
      : "\(nothingToMeasure) Nor can they tell what the machine did: \(reasons)."
  }

  /// The builds in brackets, to follow what is said of both; empty where neither commit is known.
  private var commits: String {
    [base, head].allSatisfy { $0.revision == .unknown }
      ? "" : " (\(base.revision.short) against \(head.revision.short))"
  }

  private var ofHead: String { Self.bracketed(head) }
  private var thanBase: String {
    base.revision == .unknown ? "" : " than BASE\(Self.bracketed(base))"
  }

  private static func bracketed(_ named: NamedRecord) -> String {
    named.revision == .unknown ? "" : " (\(named.revision.short))"
  }

  /// What the compared cells say where the records as a whole say nothing.
  private var findings: String? {
    guard !cells.isEmpty else { return nil }
    switch comparedVerdict {
    case .improvement: return "what is compared is faster: \(moved(.improvement))"
    case .pass where isSameMeasurement: return "what is compared is the same measurement"
    case .pass: return "what is compared is not slower: \(figures)"
    case .inconclusive, .regression: return doubts
    }
  }

  private static let same = "Both records hold the same measurement."

  private var isSameMeasurement: Bool { cells.allSatisfy(\.isSameMeasurement) }

  /// The quantities of the whole and the number of cells that have a verdict.
  private func moved(_ verdict: CompareVerdict) -> String {
    let quantities = ComparedQuantity.allCases.compactMap { quantity -> String? in
      guard whole[quantity].verdict == verdict else { return nil }
      return whole[quantity].change.map { "\(quantity.name) \($0.text)" }
    }
    let single = cells.filter { $0.verdict == verdict }
    var parts: [String] = []
    if !quantities.isEmpty {
      parts.append("\(quantities.joined(separator: ", ")) over all steady cells")
    }
    if !single.isEmpty {
      parts.append(
        "\(Figures.count(single.count, "cell")) of \(cells.count) beyond the tolerance of "
          + "\(Figures.percent(tolerance)) alone")
    }
    return parts.joined(separator: ", and ")
  }

  /// All figures of the whole, or how many cells pass where there is none.
  private var figures: String {
    let quantities = ComparedQuantity.allCases.compactMap { quantity in
      whole[quantity].change.map { "\(quantity.name) \($0.text)" }
    }
    return quantities.isEmpty
      ? "\(Figures.count(cells.count, "cell")) without a loss beyond the tolerance of "
        + Figures.percent(tolerance)
      : "\(quantities.joined(separator: ", ")) over all steady cells"
  }

  /// What the compared cells leave open.
  private var doubts: String {
    guard hasWhole else {
      let open = cells.count { $0.verdict == .inconclusive }
      return
        "\(open) of \(Figures.count(cells.count, "cell")) moved no further than runs of one build and "
        + "the machine itself may"
    }
    let open = ComparedQuantity.allCases.filter { whole[$0].verdict == .inconclusive }
    let unsteady = open.filter { whole[$0].change == nil }
    var parts = open.compactMap { quantity in
      whole[quantity].change.map { "\(quantity.name) \($0.text) over all steady cells" }
    }
    if !unsteady.isEmpty {
      let left = unsteady.map { "\(whole[$0].steadyCells) (\($0.name))" }
      parts.append(
        "the machine's own speed differed beside all but \(left.joined(separator: " and ")) of "
          + Figures.count(cells.count, "cell"))
    }
    return parts.joined(separator: ", and ")
  }

  /// What to measure so that the records can tell.
  private var advice: String {
    let causes = Set(uncompared.map(\.cause))
    let isRestless = !cells.isEmpty && comparedVerdict == .inconclusive
    var advice =
      (commonRevision == nil ? "Measure both builds again" : "Measure both again, in one job")
      + (isRestless ? " on a quieter machine" : "")
    if isPartial || !causes.isDisjoint(with: [.onlyInBase, .onlyInHead]) {
      advice += ", the same cells to the end"
    }
    let hasOtherWork = causes.contains(.otherWork)
    if isRestless || hasOtherWork {
      advice += ", with \(hasOtherWork ? "the same --memory and " : "")--budget \(largerBudget)"
    }
    return advice + "."
  }

  /// Four times what the longer run had, which halves the error of its rounds, in minutes.
  private var largerBudget: String {
    let seconds = [base, head].map(\.record.options.budgetSeconds).filter(\.isFinite).max() ?? 0
    return "\(Int(max(2, min(1e4, (seconds * 4 / 60).rounded(.up)))))m"
  }
}
