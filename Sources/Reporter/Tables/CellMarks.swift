import ModelSpec

/// Letters that say how a cell's number came about where it was not measured as a whole: they stand
/// beside the number on a first screen, and their meanings once below.
enum CellMarks {
  /// One letter, and the cells that have it.
  private struct Mark: Sendable {
    let letter: String
    let applies: @Sendable (Cell) -> Bool
    /// What it means for these cells, all of which have it.
    let meaning: @Sendable ([Cell]) -> String
  }

  private static let marks = [
    Mark(letter: "s", applies: { !fractions(of: $0).isEmpty }) { cells in
      "scaled up from \(range(cells.flatMap(fractions))) of the width"
    },
    Mark(letter: "p", applies: { $0.isSliced }) { _ in
      "weights kept in part, read in turn"
    },
    Mark(letter: "?", applies: { !$0.isKnown }) { _ in
      "of a later version; nothing is judged by it"
    },
  ]

  /// The letters of a cell, such as `sp`; empty for a cell that was measured as a whole.
  static func letters(of cell: Cell) -> String {
    marks.filter { $0.applies(cell) }.map(\.letter).joined()
  }

  /// The letters of a ratio that was measured in part.
  static func letters(of measured: Verdict.Measured) -> String {
    (measured.scaled == nil ? "" : "s") + (measured.residentExperts == nil ? "" : "p")
  }

  /// What the letters of pictures mean.
  static let meaningInPictures = "s: scaled up from a part of the width; p: weights kept in part"

  /// A measured ratio with its interval and the marks of its cell: `5.54x [5.43, 5.72] s`.
  static func estimate(_ measured: Verdict.Measured, of cell: Cell?) -> String {
    let letters = cell.map(letters) ?? ""
    return Figures.estimate(measured) + (letters.isEmpty ? "" : " \(letters)")
  }

  /// What the letters of some cells mean, each once, in one line; `nil` where there are none.
  static func legend(of cells: [Cell]) -> String? {
    let meanings = marks.compactMap { mark -> String? in
      let marked = cells.filter(mark.applies)
      return marked.isEmpty ? nil : "\(mark.letter): \(mark.meaning(marked))"
    }
    return meanings.isEmpty ? nil : meanings.joined(separator: "; ")
  }

  /// The mark of scaling in words; `nil` for a cell whose sides have their whole intermediate size.
  static func words(of cell: Cell) -> String? {
    fractions(of: cell).isEmpty ? nil : "scaled up from a part of the width"
  }

  /// The fractions of the intermediate size that the sides of a cell were measured at.
  private static func fractions(of cell: Cell) -> [String] {
    [cell.sides.baseline.scaled, cell.sides.candidate.scaled].compactMap { $0 }
  }

  /// `1/2`, or the least and the most of several: `1/32 to 1/2`.
  private static func range(_ fractions: [String]) -> String {
    let sorted = Set(fractions).sorted { (value($0), $0) < (value($1), $1) }
    guard let least = sorted.first, let most = sorted.last else { return "" }
    return least == most ? least : "\(least) to \(most)"
  }

  /// The number that a fraction stands for; 2, which sorts last, for a text that is none.
  private static func value(_ fraction: String) -> Double {
    WidthFraction(fraction).map { 1 / $0.inverse } ?? 2
  }
}

extension Cell {
  /// Whether a side keeps a part of its weights in memory and reads them in turn.
  fileprivate var isSliced: Bool {
    sides.baseline.residentExperts != nil || sides.candidate.residentExperts != nil
  }
}
