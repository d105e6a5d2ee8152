import FoundationEssentials
import ModelSpec
import Runner

extension MachineProbe {
  /// The machine as this process sees it.
  static var current: MachineProbe {
    MachineProbe(
      affinityCPUs: ProcessInfo.processInfo.activeProcessorCount, read: InputFile.systemText)
  }

  /// Share of the free memory that is taken unless told otherwise; the rest is left to others.
  private static let shareOfFreeMemory = 0.9

  /// Bytes that may be taken unless told otherwise: a step of what is free, at most 8 GiB.
  ///
  /// How much is free differs a little from one minute to the next, and how much a run may take
  /// decides how many experts it keeps in memory; cells that keep different numbers cannot be
  /// compared. So only a few amounts are used, and nearly all runs on one machine take the same.
  var defaultMemoryBytes: Int {
    let free = Int(Double(availableMemoryBytes ?? .max) * Self.shareOfFreeMemory)
    return min(RunRequest.defaultMemoryBytes, Self.step(of: free))
  }

  /// Bytes that may be taken by what cannot do with less: a whole model fits or it does not.
  var spareMemoryBytes: Int {
    Int(
      Double(min(availableMemoryBytes ?? .max, addressableBytes ?? .max)) * Self.shareOfFreeMemory)
  }

  /// The memory that `--memory` allows, at most what the machine has; `nil` where it was not given.
  ///
  /// - Throws: `Failure` with status 6 for more than the limits of this process leave, because an
  ///   allocation would then fail and not swap.
  func memoryBytes(asked: Int?) throws(Failure) -> Int? {
    guard let asked else { return nil }
    if let most = addressableBytes, asked > most {
      throw Failure(
        .refused,
        "--memory \(asked >> 20)MiB is more than the \(most >> 20) MiB that the limits of this "
          + "process leave (ulimit -v, ulimit -d); give less, or raise them")
    }
    let free = availableMemoryBytes ?? .max
    if asked > free {
      StandardStream.note(
        "tenfold: --memory allows more than the \(free >> 20) MiB that are free; the run may swap")
    }
    // A machine that does not tell its memory has 0.
    let (all, isBeyond) = identity.memoryBytes.addingReportingOverflow(swapBytes)
    return identity.memoryBytes > 0 && !isBeyond ? min(asked, all) : asked
  }

  /// Refuses to measure read bandwidth alone where there is no memory for what is read.
  ///
  /// - Throws: `Failure` with status 6.
  func requireMemoryForCeilings(threads: Int) throws(Failure) {
    let needed = CeilingWatch.memoryBytes(threads: threads, machine: identity)
    guard needed > spareMemoryBytes else { return }
    throw Failure(
      .refused,
      "measuring read bandwidth takes \(needed >> 20) MiB, and \(max(0, spareMemoryBytes) >> 20) MiB "
        + "can be had; free some, or raise the limits of this process (ulimit -v, ulimit -d)")
  }

  /// The largest power of two, or one and a half of it, that is not more than `bytes`: 4, 6, 8, 12 GiB.
  private static func step(of bytes: Int) -> Int {
    guard bytes > 1 else { return max(0, bytes) }
    let power = 1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)
    return bytes - power >= power / 2 ? power + power / 2 : power
  }

  /// Worker threads: those asked for, or one on each core that this process may use.
  ///
  /// - Throws: `Failure` with status 64 for more threads than processors.
  func threads(asked: Int?) throws(Failure) -> Int {
    guard let threads = asked else { return defaultThreads }
    let available = identity.effectiveCPUs
    guard threads <= available else {
      throw Failure(
        .usage,
        "--threads \(threads) is more than the \(available) "
          + "\(available == 1 ? "processor" : "processors") that this process may use "
          + "(\(reasonForLimit)); give at most \(available)")
    }
    return threads
  }
}
