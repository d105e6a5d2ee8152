import ModelSpec

/// The roofline shares of both sides of each cell.
struct RooflineShares {
  private let record: Record
  private let names: CellNames

  init(_ record: Record, names: CellNames) {
    self.record = record
    self.names = names
  }

  /// A heading, the ceilings and a table; nothing without ceilings.
  var blocks: [Page.Block] {
    let cells = record.cells.filter(\.hasRooflineShares)
    guard !cells.isEmpty else { return [] }
    return [
      .heading("Share of the roofline"), .paragraph(legend), .list(record.ceilings.map(\.sentence)),
      .table(table(cells)),
    ]
  }

  /// Whether a cell has ceilings of its own, by which its shares go.
  private var hasOwnCeilings: Bool {
    record.cells.contains { $0.ceilingBeside?.isOfVisits == true }
  }

  private var legend: String {
    "Roofline seconds / measured seconds of each side. A layer's roofline seconds are the larger of "
      + "FLOPs / peak and bytes / read bandwidth, both "
      + (hasOwnCeilings
        ? "the median of what was probed beside the cell at each of its visits; the read bandwidth, in "
          + "GB/s with its interval, stands beside, and the most of the whole run below"
        : "the most that was measured in this run")
      + ". Bytes are the baseline's / the candidate's, as FLOPs are."
  }

  private func table(_ cells: [Cell]) -> Table {
    var columns = [.init("pairing")] + names.columns
    columns += [.init("bytes", .right), .init("baseline", .right), .init("candidate", .right)]
    if hasOwnCeilings { columns.append(.init("read, GB/s", .right)) }
    var last = ""
    let rows = cells.map { cell in
      let pairing = cell.pairing
      var row = [.init(pairing == last ? "" : pairing)] + names.entries(of: cell)
      last = pairing
      row.append(.init(cell.bytesRatio.map(Figures.ratio) ?? "-"))
      row += [cell.sides.baseline, cell.sides.candidate].map {
        .init($0.rooflineShare.map(Figures.percent) ?? "-")
      }
      if hasOwnCeilings { row.append(.init(cell.ceilingBeside?.readText ?? "-")) }
      return Table.Row(row)
    }
    return Table(columns: columns, rows: rows)
  }
}

extension Cell {
  fileprivate var hasRooflineShares: Bool {
    sides.baseline.rooflineShare != nil || sides.candidate.rooflineShare != nil
  }
}

extension Ceiling {
  /// The read bandwidth beside a cell in GB/s: `38.5 [37.2, 40.1]`; `nil` where it is no median of visits.
  fileprivate var readText: String? {
    readInterval.map { interval in
      let rates = [readBytesPerSecond, interval.low, interval.high].map {
        Figures.significant($0 / 1e9)
      }
      return "\(rates[0]) [\(rates[1]), \(rates[2])]"
    }
  }

  /// `2 threads, f32: 462 GFLOP/s, 38.5 GB/s`.
  var sentence: String {
    "\(Figures.count(threads, "thread")), \(precision.name): "
      + "\(Figures.rate(flopsPerSecond: peakFlopsPerSecond)), "
      + Figures.rate(bytesPerSecond: readBytesPerSecond)
  }
}

extension Side {
  /// S-MFU: FLOPs of a pass / seconds / peak (MoE-CAP, arXiv 2412.07067).
  ///
  /// `nil` without a ceiling, and where the figures make no sense.
  func modelFLOPsUtilisation(under ceiling: Ceiling?) -> Double? {
    share(of: ceiling?.peakFlopsPerSecond, flops)
  }

  /// S-MBU: bytes of the experts that were really read / seconds / read bandwidth (same source).
  ///
  /// `nil` without a ceiling, and where the figures make no sense.
  func modelBandwidthUtilisation(under ceiling: Ceiling?) -> Double? {
    share(of: ceiling?.readBytesPerSecond, bytes)
  }

  private func share(of rate: Double?, _ amount: Int) -> Double? {
    guard let rate, rate.isFinite, rate > 0, amount > 0 else { return nil }
    let share = Double(amount) / secondsMedian / rate
    return share.isFinite ? share : nil
  }
}
