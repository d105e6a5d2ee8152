import ModelSpec

/// A record with the name under which the reader knows it; every record passes through this type
/// before it is shown, judged or compared.
///
/// Records come from files that anybody may have edited, so what follows from a cell's rounds and
/// counts is computed anew (`CellCheck`). A record that states something else is refused; otherwise
/// its cells hold the recomputed figures, and whatever is made of them rests on the rounds.
public struct NamedRecord: Sendable {
  /// A file's path, or another name that tells records apart.
  public let name: String
  /// What was measured, as its rounds give it.
  public let record: Record

  /// A record and its name, for reports.
  ///
  /// - Throws: `RecordContradiction` for the first cell whose numbers contradict each other or another
  ///   cell's, and for a machine, options or ceilings that cannot be.
  public init(name: String, record: Record) throws(RecordContradiction) {
    try FieldCheck(cell: nil).require(record.machine)
    try FieldCheck(cell: nil).require(record.options)
    try Self.requireCeilings(record.ceilings)
    try Self.requireDistinct(record.cells)
    try Self.check(record.unmeasured, besides: record.cells)
    let reliesOnCeilings = record.options.effort == nil
    try self.init(name: name, record) { cell throws(RecordContradiction) in
      let recomputed = try CellCheck(cell).recomputed()
      try StatementCheck(
        cell, under: record.ceilings, reliesOnCeilings: reliesOnCeilings
      ).check()
      return recomputed
    }
  }

  /// A record of which only the times are compared with another's.
  ///
  /// Explanations, stated seconds, intervals and roofline figures, which a comparison does not
  /// read, are not checked, so that an error in them hides no slowdown.
  ///
  /// - Throws: `RecordContradiction` for the first cell whose numbers contradict each other.
  public init(name: String, timesOf record: Record) throws(RecordContradiction) {
    try self.init(name: name, record) { cell throws(RecordContradiction) in
      var unexplained = cell
      unexplained.explanation = nil
      return try CellCheck(unexplained, checksWhatIsShown: false).recomputed()
    }
  }

  private init(
    name: String, _ record: Record, check: (Cell) throws(RecordContradiction) -> Cell
  ) throws(RecordContradiction) {
    var record = record
    for index in record.cells.indices { record.cells[index] = try check(record.cells[index]) }
    self.name = name
    self.record = record
  }

  private static func requireCeilings(_ ceilings: [Ceiling]) throws(RecordContradiction) {
    for (index, ceiling) in ceilings.enumerated() {
      try FieldCheck(cell: nil).require(ceiling, "ceilings[\(index)]")
    }
  }

  /// Refuses two measurements of one pairing under the same conditions: either could decide a
  /// claim, and the other would stay unseen.
  ///
  /// `id` cannot tell cells apart here, because it names a recorded routing by the last part of its
  /// path only.
  private static func requireDistinct(_ cells: [Cell]) throws(RecordContradiction) {
    struct Identity: Hashable {
      let candidate: String
      let baseline: String
      let conditions: Conditions
    }
    var places: [Identity: Int] = [:]
    for (index, cell) in cells.enumerated() {
      let identity = Identity(
        candidate: cell.candidate, baseline: cell.baseline, conditions: cell.conditions)
      if let first = places.updateValue(index, forKey: identity) {
        throw RecordContradiction(
          cell, "rounds", "are stated twice, in cells[\(first)] and cells[\(index)]")
      }
    }
  }
}

extension NamedRecord {
  /// Refuses sizes that no pass has, and cells without times that are stated twice or have times elsewhere.
  private static func check(
    _ unmeasured: [UnmeasuredCell], besides measured: [Cell]
  ) throws(RecordContradiction) {
    let fields = FieldCheck(cell: nil)
    var ids = Set(measured.map(\.id))
    for cell in unmeasured {
      let (id, workload) = (cell.id, cell.conditions.workload)
      for size in Workload.Size.allCases {
        let field = "\(size) of the cell \(id)"
        try size == .context
          ? fields.requireAmount(workload[size], field)
          : fields.requirePositive(workload[size], field)
      }
      try fields.requirePositive(cell.conditions.threads, "threads of the cell \(id)")
      guard ids.insert(id).inserted else {
        throw fields.contradiction(
          "status of the cell \(id)", "is \(cell.status.rawValue), and it is stated elsewhere too")
      }
    }
  }
}

/// Numbers of a record that contradict each other or cannot be, so that the record is refused.
public struct RecordContradiction: Error, Hashable, Sendable, CustomStringConvertible {
  /// The pairing and the conditions of the cell in one word:
  /// `mixtral-8x7b/llama2-70b/ffn-forward/16-tokens/uniform/tile/f32/2-threads`; `nil` for a field of the
  /// record itself.
  public let cell: String?
  /// Where in the cell or the record, as the document names it: `time_ratio.median`.
  public let field: String
  /// What is stated there and what contradicts it: `is 15.06, and its rounds give 5.02`.
  public let reason: String

  init(_ cell: Cell?, _ field: String, _ reason: String) {
    // These strings come from a file, and the sentence goes to a terminal.
    self.cell = cell.map { Escaping.terminal($0.id) }
    self.field = Escaping.terminal(field)
    self.reason = Escaping.terminal(reason)
  }

  /// What is wrong and where, as a clause to be continued by the caller.
  public var description: String {
    "\(field)\(cell.map { " of the cell \($0)" } ?? "") \(reason)"
  }
}
