import CVector

/// The instruction set that a build of the microkernel is for.
public enum TileLevel: String, Sendable, CaseIterable, Comparable, Codable {
  /// x86-64-v2: SSE4.2, 4 lanes, no FMA.
  case v2
  /// x86-64-v3: AVX2 and FMA, 8 lanes.
  case v3
  /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL, 16 lanes.
  case v4
  /// arm64 with NEON: 4 lanes.
  case neon

  /// The environment variable that forces a lower level than the CPU's best.
  public static let variable = "TENFOLD_ISA"

  /// The levels that this CPU and its operating system run, lowest first.
  public static var supported: [TileLevel] {
    #if arch(x86_64)
      var levels: [TileLevel] = []
      if vector_cpu_has_v2() { levels.append(.v2) }
      if vector_cpu_has_v3() { levels.append(.v3) }
      if vector_cpu_has_v4() { levels.append(.v4) }
      return levels
    #else
      return [.neon]
    #endif
  }

  /// The best level of this CPU, or the one that is asked for.
  ///
  /// - Parameter forced: the value of `TENFOLD_ISA`; nil or empty for none.
  /// - Throws: `TileLevelError` when the value is no level or the CPU does not have it.
  public static func choose(forced: String?) throws(TileLevelError) -> TileLevel {
    let supported = supported
    guard let best = supported.last else { throw .cpuTooOld }
    guard let forced, !forced.isEmpty else { return best }
    guard let level = TileLevel(rawValue: forced), supported.contains(level) else {
      throw .notAvailable(forced, supported: supported)
    }
    return level
  }

  /// Orders the levels of x86-64 by what they need of the CPU; NEON never meets them.
  public static func < (left: TileLevel, right: TileLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Why a level of the microkernel cannot be used.
public enum TileLevelError: Error, Equatable, CustomStringConvertible {
  /// The value of `TENFOLD_ISA` names no level of this CPU.
  case notAvailable(String, supported: [TileLevel])
  /// The CPU lacks x86-64-v2.
  case cpuTooOld

  /// What cannot be used, and what can: one sentence for the user.
  public var description: String {
    switch self {
    case .notAvailable(let value, let supported):
      let names = supported.map(\.rawValue).joined(separator: ", ")
      return
        "\(TileLevel.variable)=\(value) cannot be used on this CPU; unset it or choose: \(names)"
    case .cpuTooOld:
      return "this CPU lacks x86-64-v2 (SSE4.2), which the tile engine needs; use --engine blas"
    }
  }
}
