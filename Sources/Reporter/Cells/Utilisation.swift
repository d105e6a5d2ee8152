import ModelSpec

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

extension [Ceiling] {
  /// What the machine gave to so many threads in such a precision.
  func ceiling(of cell: Cell) -> Ceiling? {
    first { $0.threads == cell.threads && $0.precision == cell.precision }
  }
}
