import CCounters
import MoEKernel
import ModelSpec

/// What passes do that can be counted and is the same every time: the lane of a gate without noise.
struct PassCounts {
  /// Counts by name, such as `flops`.
  private(set) var counts: [String: Int]

  /// Counts one pass over each of the inputs.
  ///
  /// What is found is counted twice: of allocations and instructions the smaller number is taken, of calls that of
  /// the last time. What is done once and never again, such as a buffer that grows, is no part of a pass.
  ///
  /// - Parameter threads: worker threads; instructions are counted with one alone, for others wait in loops
  ///   whose length is the machine's.
  init(of side: PreparedSide, threads: Int) {
    let passes = { for number in 0..<Batches.count { _ = side.measuredSeconds(ofPass: number) } }
    var blas: BLASCalls?
    let allocations = Self.allocations { blas = BLASCalls.counted(passes) }
    // These ask how passes route, which the passes that were counted have told.
    let operations = side.layers.flatMap(\.pass.operations)
    counts = [
      "flops": Int(clamping: operations.reduce(0) { $0 + $1.flops }),
      "bytes": Int(min(operations.reduce(0) { $0 + $1.bytes }, 1e18).rounded()),
    ]
    counts["allocations"] = allocations
    if let blas, blas.calls > 0 {
      counts["blas_calls"] = blas.calls
      counts["blas_multiply_adds"] = blas.multiplyAdds
      counts[GateDocument.WorkCount.blasShapes] = blas.shapes
    }
    if threads == 1 {
      counts[GateDocument.WorkCount.instructions] = Self.twice { Self.instructions(of: passes) }
    }
  }

  /// Allocations of all threads while `body` runs; `nil` where nothing counts them.
  static func allocations(of body: () -> Void) -> Int? {
    twice {
      ccounters_begin_all_allocations()
      body()
      return Int(ccounters_end_all_allocations())
    }
  }

  /// The smaller of two counts; `nil` where nothing counts.
  private static func twice(_ count: () -> Int) -> Int? {
    let first = count()
    let least = first > 0 ? min(first, count()) : first
    return least < 0 ? nil : least
  }

  private static func instructions(of body: () -> Void) -> Int {
    let counter = ccounters_open_instructions()
    defer { ccounters_close_instructions(counter) }
    guard counter >= 0 else { return -1 }
    let before = ccounters_read_instructions(counter)
    body()
    let after = ccounters_read_instructions(counter)
    return before < 0 || after < before ? -1 : Int(after - before)
  }
}

extension PreparedSide {
  /// Seconds of a pass as it was built, each kind of layer once.
  func measuredSeconds(ofPass number: Int) -> Double {
    layers.reduce(0) { $0 + $1.pass.pass(number).measured }
  }
}
