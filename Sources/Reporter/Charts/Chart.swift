/// A picture of measured figures with all that goes with it.
///
/// What is in the picture is also in the table, for those who cannot see it and for those who want
/// the numbers.
public struct Chart: Hashable, Sendable {
  /// Unique within its report and fit for a file name: `valley-olmoe-1b-7b-iso-active`.
  public var id: String
  /// What is drawn.
  public var title: String
  /// What the picture says, in a sentence or two; also its description for screen readers.
  public var summary: String
  /// The figures behind the picture.
  public var table: Table
  /// The command that measures or draws it again; `nil` where there is none.
  public var command: String?
  /// The picture, an `svg` element; its title is not drawn, for pages print it above.
  var drawing: Markup

  /// The picture as an SVG file of its own, below its title and readable without the page's style
  /// sheet.
  public var svg: String {
    let picture = ChartFrame.headed(drawing, title)
    return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + picture.render(as: .xml) + "\n"
  }
}
