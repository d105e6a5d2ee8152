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

  private let legend =
    "Roofline seconds / measured seconds of each side. A layer's roofline seconds are the larger of "
    + "FLOPs / peak and bytes / read bandwidth, both the most that was measured in this run. Bytes are "
    + "the baseline's / the candidate's, as FLOPs are."

  private func table(_ cells: [Cell]) -> Table {
    var columns = [.init("pairing")] + names.columns
    columns += [.init("bytes", .right), .init("baseline", .right), .init("candidate", .right)]
    var last = ""
    let rows = cells.map { cell in
      let pairing = cell.pairing
      var row = [.init(pairing == last ? "" : pairing)] + names.entries(of: cell)
      last = pairing
      row.append(.init(cell.bytesRatio.map(Figures.ratio) ?? "-"))
      row += [cell.sides.baseline, cell.sides.candidate].map {
        .init($0.rooflineShare.map(Figures.percent) ?? "-")
      }
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
