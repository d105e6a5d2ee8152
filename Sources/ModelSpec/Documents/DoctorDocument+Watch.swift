import Statistics

extension DoctorDocument {
  /// What the machine gave while nothing but reading and computing ran on it, moment by moment.
  public struct Watch: Codable, Hashable, Sendable {
    /// Threads that read and computed at once.
    public var threads: Int
    /// How long it was watched.
    public var seconds: Double
    /// Moments of each kind.
    public var moments: Int
    /// How long one of them lasts.
    public var momentSeconds: Double
    /// Streaming reads from memory.
    public var readBytesPerSecond: Spread
    /// Multiply-adds on registers, f32, counted as two operations each.
    public var peakFlopsPerSecond: Spread

    /// What was seen in so many moments.
    public init(
      threads: Int, seconds: Double, moments: Int, momentSeconds: Double,
      readBytesPerSecond: Spread, peakFlopsPerSecond: Spread
    ) {
      self.threads = threads
      self.seconds = seconds
      self.moments = moments
      self.momentSeconds = momentSeconds
      self.readBytesPerSecond = readBytesPerSecond
      self.peakFlopsPerSecond = peakFlopsPerSecond
    }
  }

  /// How the moments of a watch differ, in the unit of its key.
  public struct Spread: Codable, Hashable, Sendable {
    /// The slowest moment.
    public var lowest: Double
    /// A tenth of the moments were slower.
    public var lowTenth: Double
    /// The middle moment.
    public var median: Double
    /// A tenth of the moments were faster.
    public var highTenth: Double
    /// The fastest moment.
    public var highest: Double

    /// The spread of rates in any order; `nil` of none.
    public init?(_ rates: [Double]) {
      let ordered = rates.sorted()
      guard let lowest = ordered.first, let highest = ordered.last else { return nil }
      self.lowest = lowest
      self.highest = highest
      let tenth = ordered.count / 10
      lowTenth = ordered[tenth]
      median = ordered.median
      highTenth = ordered[ordered.count - 1 - tenth]
    }

    /// How many times faster the fast moments were than the slow ones, tenths left out at both ends; `nil` where
    /// the slow ones did nothing.
    public var swing: Double? { lowTenth > 0 ? highTenth / lowTenth : nil }
  }
}
