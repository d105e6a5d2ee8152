import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

/// What a reader should know about single cells, in sentences.
enum CellNotes {
  /// The notes of one cell: which part of each side was measured, then its cautions.
  static func notes(of cell: Cell) -> [String] {
    let scalings = sides.compactMap { name, side in
      cell.sides[keyPath: side].scaled.map {
        "scaled: \($0) of the \(name)'s width was measured, and scaled up"
      }
    }
    return scalings + otherNotes(of: cell)
  }

  /// The notes of cells that differ in a size, each once with the values that it is about:
  /// `1, 64-4096 tokens: the interval spans …`.
  ///
  /// - Parameter cells: ascending.
  static func along(_ size: Workload.Size, of cells: [Cell]) -> [String] {
    sides.compactMap { scaling(of: $0, along: size, in: cells, $1) }
      + places(in: cells, of: otherNotes).map { note, places in
        places.count < cells.count ? "\(ranges(places, of: cells, along: size)): \(note)" : note
      }
  }

  /// Both sides, baseline first.
  private static var sides: [(name: String, side: KeyPath<Sides, Side>)] {
    [("baseline", \.baseline), ("candidate", \.candidate)]
  }

  /// All notes but those of scaling.
  private static func otherNotes(of cell: Cell) -> [String] {
    let residents = sides.compactMap { name, side in
      cell.sides[keyPath: side].residentExperts.map {
        "the \(name) keeps \($0) \(cell.routes ? "experts" : "parts of its weights") in memory, "
          + "and reads them in turn"
      }
    }
    let endings = [cell.status].compactMap(\.self).filter { $0 != .measured }.map {
      "the status of this cell is \($0.rawValue); nothing is judged by it"
    }
    return endings + residents + [fractionError(of: cell)].compactMap(\.self) + cell.cautions
  }

  /// What taking a fraction of the width does to the ratio, as measured at another one; `nil` where that
  /// was not measured.
  private static func fractionError(of cell: Cell) -> String? {
    let own = cell.scaled ?? "\(WidthFraction(oneOf: 1))"
    guard let check = cell.fractionCheck,
      let difference = check.logDifference(from: cell.rounds),
      let shift = check.logShiftToFullWidth(of: cell.rounds, scaled: own)
    else { return nil }
    func percent(_ log: Double) -> String {
      let change = exp(log) - 1
      return "\(Figures.percent(abs(change))) \(change < 0 ? "lower" : "higher")"
    }
    func name(_ fraction: String) -> String {
      WidthFraction(fraction)?.inverse == 1 ? "full width" : "\(fraction) of the width"
    }
    let isToldByLine = cell.scaled != nil && name(check.scaled) != "full width"
    return "at \(name(check.scaled)) the ratio was \(percent(difference)) than at \(name(own))"
      + (isToldByLine
        ? ", so that at full width it may be \(percent(shift)); the interval holds it" : "")
  }

  /// One sentence for all fractions of a side's intermediate size, which mostly shrink as passes
  /// grow.
  private static func scaling(
    of name: String, along size: Workload.Size, in cells: [Cell], _ side: KeyPath<Sides, Side>
  ) -> String? {
    let fractions = places(in: cells) { [$0.sides[keyPath: side].scaled].compactMap { $0 } }
    guard !fractions.isEmpty else { return nil }
    let parts = fractions.map { "\($0) at \(ranges($1, of: cells, along: size))" }
    return "scaled: of the \(name)'s width \(parts.joined(separator: ", ")) "
      + "was measured, and scaled up"
  }

  /// What is said of any cell, each once in the order of appearance, with the indices of its cells.
  private static func places(
    in cells: [Cell], of notes: (Cell) -> [String]
  ) -> [(note: String, places: [Int])] {
    var order: [String] = []
    var places: [String: [Int]] = [:]
    for (place, cell) in cells.enumerated() {
      for note in notes(cell) {
        if places[note] == nil { order.append(note) }
        if places[note]?.last != place { places[note, default: []].append(place) }
      }
    }
    return order.map { ($0, places[$0, default: []]) }
  }

  /// `1, 64-4096 tokens`: neighbours among the cells in one range.
  private static func ranges(
    _ places: [Int], of cells: [Cell], along size: Workload.Size
  ) -> String {
    var runs: [ClosedRange<Int>] = []
    for place in places {
      if let last = runs.last, last.upperBound + 1 == place {
        runs[runs.count - 1] = last.lowerBound...place
      } else {
        runs.append(place...place)
      }
    }
    let texts = runs.map { run in
      let (first, last) = (
        cells[run.lowerBound].workload[size], cells[run.upperBound].workload[size]
      )
      return first == last ? "\(first)" : "\(first)-\(last)"
    }
    return size.counted(texts.joined(separator: ", "), isOne: texts == ["1"])
  }
}
