import ModelSpec

extension ChangeReport {
  /// What a comparison of two records says of the candidates' times; baselines and ratios are in the reasons.
  public init(_ comparison: RecordComparison) {
    title = "tenfold compare"
    created = comparison.head.record.created
    base = Origin(comparison.base)
    head = Origin(comparison.head)
    machine = comparison.head.record.machine
    options = [.init("tolerance", Figures.percent(comparison.tolerance))]
    verdict = comparison.verdict
    summary = comparison.summary
    cautions = comparison.cautions
    controls = []
    let uncompared = comparison.uncompared.map { cell in
      Cell(cell.id, .inconclusive, reason: cell.reason)
    }
    cells = Self.mostUrgentFirst(
      comparison.cells.map { Cell($0, comparison.ofBuilds($0.verdict)) } + uncompared)
  }

  /// What a gate says, with seconds and their intervals from its pairs' rounds.
  public init(_ document: GateDocument) {
    title = "tenfold gate"
    created = document.created
    base = Origin(document.base)
    head = Origin(document.head)
    machine = document.machine
    options = document.facts
    verdict = document.verdict
    summary = document.summary
    cautions = document.cautions
    controls = document.controls.map(Control.init)
    cells = Self.mostUrgentFirst(document.cells.map(Cell.init))
  }
}

extension ChangeReport.Origin {
  fileprivate init(_ named: NamedRecord) {
    name = named.name
    commit = named.commit
    facts = [
      .init("created", named.record.created), .init("status", named.record.status.rawValue),
    ]
  }

  fileprivate init(_ origin: GateDocument.Origin) {
    name = origin.name
    commit = origin.commit
    facts = origin.digest.map { [.init("digest", $0)] } ?? []
  }
}

extension ChangeReport.Control {
  fileprivate init(_ control: GateDocument.Control) {
    name = "\(control.name) of \(control.cell)"
    passed = control.passed
    let change = control.change.map { ", change \($0.text)" } ?? ""
    let probability = control.probability.map { ", p = \(Figures.significant($0))" } ?? ""
    finding =
      "\(control.treatment): \(control.passed ? "as it must be" : "not as it must be")"
      + change + probability
  }
}

extension ChangeReport.Cell {
  /// A cell without times.
  fileprivate init(_ id: String, _ verdict: CompareVerdict, reason: String) {
    self.init(
      id: id, verdict: verdict, reason: reason, change: nil, base: nil, head: nil, rounds: 0,
      bound: nil, detectable: nil, probability: nil, command: nil, work: [])
  }

  /// - Parameter verdict: what the comparison makes of the cell's own.
  fileprivate init(_ compared: ComparedCell, _ verdict: CompareVerdict) {
    let figures = ComparedQuantity.allCases.map { quantity in
      "\(quantity.name) \(compared.quantities[quantity].change.text)"
    }
    self.init(
      id: compared.id, verdict: verdict, reason: figures.joined(separator: ", "),
      change: compared.quantities.candidateSeconds.change,
      base: Estimate(ofRounds: compared.baseCell.rounds.map(\.candidateSeconds)),
      head: Estimate(ofRounds: compared.cell.rounds.map(\.candidateSeconds)),
      rounds: compared.cell.rounds.count, bound: nil, detectable: nil, probability: nil,
      command: nil, work: [])
  }

  fileprivate init(_ cell: GateDocument.Cell) {
    let pairs = cell.screen + cell.confirmation
    let headSeconds = pairs.flatMap(\.headSeconds)
    self.init(
      id: cell.id, verdict: cell.verdict, reason: cell.reason, change: cell.change,
      base: Estimate(ofRounds: pairs.flatMap(\.baseSeconds)) ?? Estimate(cell.baseSeconds),
      head: Estimate(ofRounds: headSeconds) ?? Estimate(cell.headSeconds),
      rounds: headSeconds.count, bound: cell.bound, detectable: cell.detectable,
      probability: cell.probability, command: cell.command, work: cell.work)
  }
}

extension GateDocument {
  /// What was asked for, in words.
  var facts: [Page.Fact] {
    [
      .init("detect", Figures.percent(options.detect)),
      .init("tolerance", Figures.percent(options.tolerance)),
      .init("suite error rate", Figures.percent(options.suiteErrorRate)),
      .init("seed", "\(options.seed)"),
    ]
      + (options.budgetSeconds.map {
        [.init("budget", "\(Figures.significant($0, trimmed: true)) s")]
      } ?? [])
  }
}
