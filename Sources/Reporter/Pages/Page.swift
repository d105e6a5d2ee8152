/// What a report says, before it is text or Markdown.
///
/// Strings are as they came from files: whoever renders a page escapes every one of them.
public struct Page: Hashable, Sendable {
  /// What the page is made of, in order.
  public var blocks: [Block]

  /// A page of these blocks.
  public init(_ blocks: [Block] = []) {
    self.blocks = blocks
  }

  /// One part of a page.
  public enum Block: Hashable, Sendable {
    /// The page's title.
    case title(String)
    /// A heading; `level` 1 is below the title, 2 below that.
    case heading(String, level: Int = 1)
    /// Names with their values, each on a line of its own.
    case facts([Fact])
    /// Prose.
    case paragraph(String)
    /// Prose that must not be overlooked.
    case warning(String)
    /// Points, numbered from 1 when `isNumbered`.
    case list([String], isNumbered: Bool = false)
    /// Rows and columns.
    case table(Table)
    /// A picture where there are pictures, its table elsewhere.
    case chart(Chart)
    /// A command line for a shell, to be copied.
    case command(String)
    /// Blocks that a reader unfolds where pages can fold, under a few words that say what they are.
    case folded(String, [Block])
  }

  /// A name and its value, as a line of `Block.facts`.
  public struct Fact: Hashable, Sendable {
    /// The name of the fact: `Machine`.
    public var name: String
    /// The value in words, with its unit.
    public var value: String

    /// A name and its value; both are escaped when the page is rendered.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// Rows and columns of a page.
public struct Table: Hashable, Sendable {
  /// Titles and alignment, left to right.
  public var columns: [Column]
  /// Rows, top to bottom, each with one entry for every column.
  public var rows: [Row]
  /// What a row's detail is called, where it becomes a column of its own.
  public var detailTitle: String

  /// A table; `detailTitle` names the details of its rows, if they have any.
  public init(columns: [Column], rows: [Row] = [], detailTitle: String = "") {
    self.columns = columns
    self.rows = rows
    self.detailTitle = detailTitle
  }

  /// The title of a column and where its entries stand.
  public struct Column: Hashable, Sendable {
    /// The title, which stands above the entries.
    public var title: String
    /// Where entries stand: names left, numbers right.
    public var alignment: Alignment
    /// Whether other columns lose room before this one, as for numbers, of which a part tells less
    /// than a part of a name.
    public var isWhole: Bool

    /// A column, left-aligned and no more than others unless told otherwise.
    public init(_ title: String, _ alignment: Alignment = .left, isWhole: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.isWhole = isWhole
    }
  }

  /// Where an entry stands within its column.
  public enum Alignment: Hashable, Sendable {
    /// At the left edge.
    case left
    /// At the right edge.
    case right
  }

  /// The entries of one row.
  public struct Row: Hashable, Sendable {
    /// One entry for every column, left to right.
    public var entries: [Entry]
    /// A sentence that belongs to the row and fits no column.
    public var detail: String?

    /// A row, which must have as many entries as its table has columns.
    public init(_ entries: [Entry], detail: String? = nil) {
      self.entries = entries
      self.detail = detail
    }
  }

  /// One value of a row.
  public struct Entry: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The value as text.
    public var text: String
    /// How it stands out.
    public var tone: Tone

    /// An entry, plain unless told otherwise.
    public init(_ text: String, tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }

    /// A plain entry.
    public init(stringLiteral value: String) {
      self.init(value)
    }
  }

  /// How a value stands out where there is colour.
  public enum Tone: Hashable, Sendable {
    /// As all other text.
    case plain
    /// A good result.
    case good
    /// A bad result.
    case bad
    /// A result that is open.
    case open
    /// Of less importance.
    case faint
  }
}
