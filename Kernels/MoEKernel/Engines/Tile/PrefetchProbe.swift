import Glibc
import LayerSpec
import Synchronization
import Tile

/// Finds out how far ahead of itself a single tile should ask for its weights, once on this CPU for each format.
///
/// A product of few rows waits for memory, and how weights arrive fastest differs from CPU to CPU, from format to
/// format and with the rows. On a Zen 3 server 32-bit weights of one row came 8 to 22 % later when they were asked
/// for, and those of six rows 6 to 23 % sooner; bf16 weights of three to five rows took 0.71 to 0.9 of the time. On
/// Zen 5 asking pays from two rows on, on Zen 4 never (Kernels/README.md). So distances are tried on memory that is
/// in no cache, before the first kernel of a format is made. No result depends on them.
enum PrefetchProbe {
  private struct Kind: Hashable {
    let level: TileLevel
    let format: WeightFormat
  }

  private static let known = Mutex<[Kind: PrefetchDistances]>([:])
  private static let told = Mutex<[String: String]>([:])

  /// The distances of a format's kernels; tried when they are asked for the first time.
  static func distances(level: TileLevel, format: WeightFormat) -> PrefetchDistances {
    known.withLock { known in
      let kind = Kind(level: level, format: format)
      let distances = known[kind] ?? told(kind) ?? measured(kind) ?? PrefetchDistances()
      known[kind] = distances
      return distances
    }
  }

  // MARK: - Choices of another process

  /// What was chosen so far, as text: for each kind of kernel the distances by rows.
  ///
  /// Names say among what, so that a build with other candidates does not take them for its own.
  static var choices: [String: String] {
    known.withLock { known in
      var choices: [String: String] = [:]
      for (kind, distances) in known {
        choices[name(kind)] = (1...mostRows(kind)).map { "\(distances[rows: $0])" }
          .joined(separator: " ")
      }
      return choices
    }
  }

  /// Takes what another process on this CPU chose instead of trying, for kinds that were not asked for yet.
  ///
  /// What is no choice of this build is ignored.
  static func adopt(_ choices: [String: String]) { told.withLock { $0 = choices } }

  private static func told(_ kind: Kind) -> PrefetchDistances? {
    told.withLock { $0[name(kind)] }.flatMap { distances($0, rows: mostRows(kind)) }
  }

  /// The distances of so many rows that a text says; `nil` where they are no choice of this build.
  static func distances(_ text: String, rows: Int) -> PrefetchDistances? {
    let words = text.split(separator: " ")
    let chosen = words.compactMap { Int($0) }
    guard words.count == rows, chosen.count == rows, chosen.allSatisfy(candidates.contains) else {
      return nil
    }
    var distances = PrefetchDistances()
    for (index, distance) in chosen.enumerated() { distances[rows: index + 1] = distance }
    return distances
  }

  private static func name(_ kind: Kind) -> String {
    "tile prefetch \(kind.level.rawValue) \(kind.format) "
      + "of \(candidates.map(String.init).joined(separator: " "))"
  }

  private static func mostRows(_ kind: Kind) -> Int {
    TileKernels(level: kind.level, format: kind.format, prefetchDistances: PrefetchDistances())
      .maximumRows
  }

  // MARK: - Trying

  /// Bytes; 0 leaves weights to the hardware.
  ///
  /// Of 2 to 32 KiB, 8 KiB was the best on Zen 5; on Zen 3 2 KiB was better than that with most numbers of rows.
  static let candidates = [0, 2048, 8192]

  /// Several times what one core's share of a last-level cache holds, so that a pass over it reads memory.
  private static let bytes = 64 << 20

  /// Steps of a panel: a panel of common width, which a core reads in some microseconds.
  private static let steps = 2048
  /// Panels that are timed together: 1 or 2 MiB, long against a look at the clock.
  private static let panelsOfASlice = 8

  /// - Returns: `nil` where there is no memory to find out.
  private static func measured(_ kind: Kind) -> PrefetchDistances? {
    guard let memory = AlignedBuffer<Float>(ifAvailable: bytes / MemoryLayout<Float>.stride)
    else { return nil }
    // A page that was never written is the system's one page of zeros, which is in the caches.
    let page = Int(getpagesize()) / MemoryLayout<Float>.stride
    for start in stride(from: 0, to: memory.count, by: page) { memory.base[start] = 1 }
    let kernels = candidates.map {
      TileKernels(
        level: kind.level, format: kind.format, prefetchDistances: PrefetchDistances($0))
    }
    let block = AlignedBuffer<Float>(count: kernels[0].blockCapacity)
    let tile = AlignedBuffer<Float>(
      count: steps * kernels[0].tileBytesPerStep(rows: kernels[0].maximumRows)
        / MemoryLayout<Float>.stride)
    let sliceBytes = panelsOfASlice * steps * kernels[0].panelBytesPerStep
    let slices = bytes / sliceBytes
    var distances = PrefetchDistances()
    var slice = 0
    for rows in 1...kernels[0].maximumRows {
      let choice = choose { candidate in
        slice = (slice + 1) % slices
        return nanoseconds(
          kernels[candidate], UnsafeRawPointer(memory.base) + slice * sliceBytes,
          UnsafeRawPointer(tile.base), rows: rows, into: block.base)
      }
      distances[rows: rows] = candidates[choice]
    }
    return distances
  }

  /// What one slice takes.
  private static func nanoseconds(
    _ kernels: TileKernels, _ memory: UnsafeRawPointer, _ tile: UnsafeRawPointer, rows: Int,
    into block: UnsafeMutablePointer<Float>
  ) -> Int {
    let panelBytes = steps * kernels.panelBytesPerStep
    let shares = kernels.prefetchShares(tiles: 1, rows: rows)
    let start = MonotonicClock.nanoseconds()
    for index in 0..<panelsOfASlice {
      let weights = memory + index * panelBytes
      kernels.multiply(
        panel: weights, tile: tile, steps: steps, rows: rows, block: block,
        prefetch: shares.prefetch(tile: 0, panel: weights, next: weights, steps: steps))
    }
    return MonotonicClock.nanoseconds() - start
  }

  // MARK: - Choices

  /// Asking must be faster by more than this, for it takes a place among the loads of every step.
  private static let worthwhile = 1.03
  /// Turns after which a choice may be clear.
  private static let turnsOfALook = 12
  /// Turns at the most: what no more than this settles matters little.
  private static let mostTurns = 60
  /// The part of turns in which a candidate is worth it, or is not, that makes that clear.
  private static let clearShare = 0.84

  /// The candidate whose slices are the fastest, and the first unless another is worth it.
  ///
  /// All are timed by turns, so that what the machine does meanwhile meets all of them, until it is clear of each
  /// whether it is worth it: processes of one machine should choose alike.
  ///
  /// - Parameter time: nanoseconds of a slice of a candidate.
  static func choose(_ time: (_ candidate: Int) -> Int) -> Int {
    // What a candidate takes over what the first takes, in every turn.
    var ratios = candidates.map { _ in [Double]() }
    for turn in 1...mostTurns {
      // Each turn begins with another, so that no candidate has a place of its own in it.
      var nanoseconds = candidates.map { _ in 1 }
      for index in candidates.indices {
        let candidate = (turn + index) % candidates.count
        nanoseconds[candidate] = max(1, time(candidate))
      }
      for candidate in candidates.indices {
        ratios[candidate].append(Double(nanoseconds[candidate]) / Double(nanoseconds[0]))
      }
      if turn.isMultiple(of: turnsOfALook), ratios.dropFirst().allSatisfy(isClear) { break }
    }
    let medians = ratios.map { $0.sorted()[$0.count / 2] }
    let best = medians.indices.min { medians[$0] < medians[$1] } ?? 0
    return medians[best] * worthwhile < 1 ? best : 0
  }

  private static func isClear(_ ratios: [Double]) -> Bool {
    let share = Double(ratios.count { $0 * worthwhile < 1 }) / Double(ratios.count)
    return share >= clearShare || share <= 1 - clearShare
  }
}
