import MoEKernel

/// How far a run writes its arena of weights.
struct ArenaSizes: Hashable, Sendable {
  /// What the narrowest forms of all cells take, and the probes read: written whatever time it takes.
  let leastBytes: Int
  /// What cells are tried with.
  let firstBytes: Int
  /// What the widest forms take.
  let mostBytes: Int
}

/// Writes an arena as far as cells need it and time allows: for some seconds, memory takes longer to be found
/// than to be read many times.
final class ArenaWriter {
  let arena: WeightArena
  private let sizes: ArenaSizes
  private let pool: WorkerPool
  /// What may be written of the time yet, beyond the least.
  private var secondsLeft: Double
  /// How long writing took so far.
  private var secondsWritten: Double

  /// Writes what cells are tried with.
  ///
  /// - Parameter seconds: what writing beyond the least may take of the run, all in all.
  init(_ sizes: ArenaSizes, seconds: Double, seed: UInt64, pool: WorkerPool) {
    self.sizes = sizes
    self.pool = pool
    let watch = Stopwatch()
    arena = WeightArena(
      bytes: sizes.leastBytes, capacity: sizes.mostBytes, seed: seed, pool: pool)
    secondsWritten = watch.seconds
    secondsLeft = seconds - secondsWritten
    write(upTo: sizes.firstBytes)
  }

  /// Writes to so many bytes, or to where the time ends.
  func write(upTo bytes: Int) {
    let watch = Stopwatch()
    arena.grow(to: bytes, pool: pool) { watch.seconds < secondsLeft }
    secondsWritten += watch.seconds
    secondsLeft -= watch.seconds
  }

  /// Seconds that writing all may take yet, at the rate so far.
  var secondsOfTheRest: Double {
    let rest = Double(max(0, sizes.mostBytes - arena.bytes))
    return max(0, min(secondsLeft, rest * secondsWritten / Double(max(1, arena.bytes))))
  }
}
