import LayerSpec
import MoEKernel
import ModelSpec

/// What a machine gives from moment to moment: reading alone and computing alone, one after the other.
///
/// A run's own glances are brief and take the second best of their slices, for they look for ceilings; a
/// neighbour comes and goes between them unseen. Each moment of a watch counts as it was, so it tells how quiet a
/// machine is, which bounds how narrow intervals can be.
public struct CeilingWatch {
  private let probe: CeilingProbe
  private let threads: Int

  /// A moment of reading or of computing: some tasks of each thread, and shorter than nearly all passes that a
  /// run times.
  private static let momentSeconds = 0.05

  /// A watch with threads and memory of its own.
  ///
  /// - Parameters:
  ///   - threads: how many read and compute at once.
  ///   - nodes: NUMA nodes that they share, each bound to one.
  /// - Returns: `nil` for a CPU that has no vector unit the kernels know.
  public init?(threads: Int, machine: MachineIdentity, nodes: [ProcessorNode]) {
    guard
      let probe = CeilingProbe(threads: threads, formats: [.f32], machine: machine, nodes: nodes)
    else { return nil }
    self.probe = probe
    self.threads = threads
  }

  /// Bytes of the memory that a watch or a probe of this many threads reads.
  public static func memoryBytes(threads: Int, machine: MachineIdentity) -> Int {
    CeilingProbe.bufferBytes(cacheBytes: machine.cacheBytes(threads: threads))
  }

  /// Watches for so many seconds, for two moments of each kind at least.
  ///
  /// - Parameters:
  ///   - progress: called with the seconds that have passed.
  ///   - isCancelled: asked before each pair of moments; what was seen until then is the result.
  /// - Returns: what was seen; `nil` when it was cancelled before there was anything to see.
  public func watch(
    seconds: Double, progress: (Double) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) -> DoctorDocument.Watch? {
    // A brief probe warms up and finds the fastest way to read, which the moments then keep to.
    _ = probe.measureAllThreads(.brief)
    let watch = Stopwatch()
    var reads: [Double] = []
    var peaks: [Double] = []
    while watch.seconds < seconds || reads.count < 2 {
      guard !isCancelled() else { break }
      let moment = probe.moment(seconds: Self.momentSeconds)
      reads.append(moment.readBytesPerSecond)
      peaks.append(moment.peakFlopsPerSecond)
      progress(watch.seconds)
    }
    guard let read = DoctorDocument.Spread(reads), let peak = DoctorDocument.Spread(peaks)
    else { return nil }
    return DoctorDocument.Watch(
      threads: threads, seconds: watch.seconds, moments: reads.count,
      momentSeconds: Self.momentSeconds, readBytesPerSecond: read, peakFlopsPerSecond: peak)
  }
}
