import FoundationEssentials
import ModelSpec
import Runner

extension MachineProbe {
  /// The machine as this process sees it.
  static var ofThisProcess: MachineProbe {
    MachineProbe(
      affinityCPUs: ProcessInfo.processInfo.activeProcessorCount, read: InputFile.systemText)
  }

  /// Share of the free memory that is taken unless told otherwise; the rest is left to others.
  private static let shareOfFreeMemory = 0.9

  /// Bytes that may be taken unless told otherwise.
  var defaultMemoryBytes: Int {
    min(
      RunRequest.defaultMemoryBytes,
      Int(Double(availableMemoryBytes ?? .max) * Self.shareOfFreeMemory))
  }

  /// Worker threads: those asked for, or all processors that this process may use.
  ///
  /// - Throws: `Failure` with status 64 for more threads than processors.
  func threads(asked: Int?) throws(Failure) -> Int {
    let available = identity.effectiveCPUs
    let threads = asked ?? available
    guard threads <= available else {
      throw Failure(
        .usage,
        "--threads \(threads) is more than the \(available) processors that this process may use; "
          + "give at most \(available)")
    }
    return threads
  }
}
