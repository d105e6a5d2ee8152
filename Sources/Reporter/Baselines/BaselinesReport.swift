import ModelSpec

/// One file among stored baselines, read or not.
public struct StoredBaseline: Sendable {
  /// The name that it is stored under.
  public let name: BaselineName
  /// The machine and toolchain that it is stored for.
  public let fingerprint: MachineFingerprint
  /// Whether it is compared with, or waits to be.
  public let state: State
  /// Its file.
  public let path: String
  /// Its record; `nil` where the file cannot be read.
  public let record: NamedRecord?
  /// Why the file cannot be read, as a sentence; `nil` where it can.
  public let fault: String?

  /// What a file among baselines is.
  public enum State: String, Sendable, CaseIterable {
    /// What records of its machine are compared with.
    case current
    /// What was saved since, and replaces the current one when it is promoted.
    case candidate
  }

  /// A file with the record in it, or the reason why there is none.
  public init(
    name: BaselineName, fingerprint: MachineFingerprint, state: State, path: String,
    record: NamedRecord?, fault: String? = nil
  ) {
    self.name = name
    self.fingerprint = fingerprint
    self.state = state
    self.path = path
    self.record = record
    self.fault = fault
  }
}

/// Stored baselines for a reader: which there are, and what became of one.
public struct BaselinesReport: Sendable {
  private let directory: String
  private let action: BaselinesDocument.Action?
  private let baselines: [StoredBaseline]
  private let comparison: RecordComparison?

  /// - Parameters:
  ///   - directory: the folder that holds them, as it was named.
  ///   - action: what was done with the first of them; `nil` where they were only looked at.
  ///   - comparison: what a candidate changes; `nil` where there is nothing to hold it against.
  public init(
    directory: String, action: BaselinesDocument.Action? = nil, baselines: [StoredBaseline],
    comparison: RecordComparison? = nil
  ) {
    self.directory = directory
    self.action = action
    self.baselines = baselines
    self.comparison = comparison
  }

  /// The document `tenfold.baselines/1`.
  public var document: BaselinesDocument {
    BaselinesDocument(
      directory: directory, action: action, baselines: baselines.map(\.entry),
      comparison: comparison?.document)
  }

  /// The baselines as a page: what was done, which they are, and what a candidate changes.
  public var page: Page {
    var blocks: [Page.Block] = [.title(title)]
    if let sentence {
      blocks.append(action == .refused ? .warning(sentence) : .paragraph(sentence))
    }
    if !baselines.isEmpty { blocks.append(.table(table)) }
    blocks += baselines.compactMap(\.fault).map(Page.Block.warning)
    if let comparison {
      blocks += [
        .heading("What the candidate changes: \(comparison.verdict.rawValue)"),
        .paragraph(comparison.summary),
      ]
      if !comparison.cautions.isEmpty { blocks.append(.list(comparison.cautions)) }
      if comparison.hasWhole { blocks.append(.table(comparison.wholeTable)) }
    }
    return Page(blocks)
  }

  private var title: String {
    guard let first = baselines.first, let action else { return "Baselines in \(directory)" }
    return "Baseline \(first.name): \(action.rawValue)"
  }

  /// What was done, or what to do first.
  private var sentence: String? {
    guard let first = baselines.first else {
      return "There is none; tenfold baseline save RECORD keeps the first one."
    }
    switch action {
    case .saved:
      return "Records of this machine are compared with it by tenfold compare @\(first.name) HEAD."
    case .keptAsCandidate:
      return
        "There is a baseline of this name and machine, which stays as it is; tenfold baseline promote "
        + "\(first.name) puts this one in its place."
    case .promoted: return "It is now what @\(first.name) means for its machine."
    case .refused: return "The current baseline stays as it is."
    default: return nil
    }
  }

  private var table: Table {
    Table(
      columns: ["name", "machine", "state", "measured", "commit", "swift"].map { .init($0) }
        + [.init("cells", .right)],
      rows: baselines.map { baseline in
        let record = baseline.record?.record
        let status = record.map { $0.status == .complete ? "" : ", \($0.status.rawValue)" }
        return Table.Row(
          [
            .init("\(baseline.name)"), .init("\(baseline.fingerprint)"),
            .init(baseline.state.rawValue + (status ?? ", unreadable")),
            .init(record?.created ?? "-"), .init(baseline.record?.revision.short ?? "-"),
            .init(record?.tool.swift ?? "-"), .init(record.map { "\($0.cells.count)" } ?? "-"),
          ], detail: record.map { $0.machine.hardware })
      }, detailTitle: "hardware")
  }
}

extension StoredBaseline {
  fileprivate var entry: BaselinesDocument.Entry {
    var entry = BaselinesDocument.Entry(
      name: "\(name)", fingerprint: "\(fingerprint)", state: state.rawValue, path: path)
    entry.fault = fault
    guard let named = record else { return entry }
    let (record, tool) = (named.record, named.record.tool)
    entry.created = record.created
    entry.commit = named.commit ?? MachineIdentity.unknown
    entry.version = tool.version
    entry.swift = tool.swift
    entry.status = record.status.rawValue
    entry.machine = record.machine.hardware
    entry.cells = record.cells.count
    return entry
  }
}
