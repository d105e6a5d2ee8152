import ModelSpec

/// A picture of measured figures with all that goes with it.
///
/// What is in the picture is also in the table, for those who cannot see it and for those who want
/// the numbers.
public struct Chart: Hashable, Sendable {
  /// Unique within its report and fit for a file name: `valley-olmoe-1b-7b-iso-active`.
  public var id: String
  /// What is drawn, as pages print it above the picture.
  public var title: String
  /// What the picture says, in a sentence or two; also its description for screen readers.
  public var summary: String
  /// The figures behind the picture.
  public var table: Table
  /// The command that measures it again, or why there is none; `nil` where a page prints neither.
  public var command: Reproduction?
  /// The picture, an `svg` element; its title is not drawn, for pages print it above.
  var drawing: Markup

  /// The picture as an SVG file of its own, below its title and readable without the page's style
  /// sheet.
  public var svg: String {
    let picture = ChartFrame.headed(drawing, title)
    return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + picture.render(as: .xml) + "\n"
  }
}

/// The pictures of one section of a report: of a record and the verdicts on it.
public struct ChartCollection: Sendable {
  /// Claims and what they come to; `nil` when no claim has two ratios.
  public let claims: Chart?
  /// Both sides of every cell below the measured ceilings; `nil` without ceilings.
  public let roofline: Chart?
  /// One picture for every curve over a size of passes.
  public let valleys: [Chart]
  /// The curves of `valleys`, one for each.
  let curves: [Curve]
  /// Where the saving of each explained cell went, in the order of the record.
  public let waterfalls: [Chart]
  /// The cells of `waterfalls`, one for each.
  let explainedCells: [Cell]
  /// What the scenarios that the record holds all passes of come to.
  public let scenarios: [Chart]

  /// All pictures, the claims first.
  public var all: [Chart] {
    [claims, roofline].compactMap { $0 } + valleys + waterfalls + scenarios
  }

  /// Draws whatever the section has the figures for.
  ///
  /// - Parameter idPrefix: what all ids begin with; pages that show several records need one for
  ///   each.
  public init(_ section: Report.Section, idPrefix: String = "") {
    let record = section.named.record
    let commands = CommandLines(section.named)
    var names = UniqueNames()
    func id(_ parts: [String]) -> String {
      names.name(for: idPrefix + parts.joined(separator: "-"), otherwise: "picture")
    }
    claims =
      DumbbellChart(
        section.verdicts, id: id(["claims"]), command: commands.measuringAll)?.chart
    roofline =
      RooflineChart(
        record, id: id(["roofline"]), command: commands.measuringAll)?.chart
    let drawnCurves = CellSeries.series(of: record).compactMap { series -> (Curve, Chart)? in
      let curve = series.curve
      return ValleyChart(
        curve: curve, bottom: curve.bottom, sufficient: curve.sufficient,
        prediction: RooflinePrediction(series, under: record.ceilings)?.points ?? [],
        id: id(["valley", curve.candidate, curve.baseline, curve.conditions]),
        command: commands.measuring(series.cells)
      ).map { (curve, $0.chart) }
    }
    curves = drawnCurves.map(\.0)
    valleys = drawnCurves.map(\.1)
    let cellNames = CellNames(record.cells)
    let drawnCells = record.cells.compactMap { cell -> (Cell, Chart)? in
      let parts = cellNames.parts(of: cell)
      let id = id(["waterfall", cell.candidate, cell.baseline] + parts.map { "\($0.value)" })
      return WaterfallChart(cell, conditions: parts, id: id, command: commands.measuring(cell)).map
      {
        (cell, $0.chart)
      }
    }
    explainedCells = drawnCells.map(\.0)
    waterfalls = drawnCells.map(\.1)
    scenarios = section.scenarios.compactMap { document in
      ScenarioChart(
        document,
        id: id(["scenario", document.name, document.candidate, document.baseline ?? ""]),
        command: commands.scenario(document))?.chart
    }
  }
}
