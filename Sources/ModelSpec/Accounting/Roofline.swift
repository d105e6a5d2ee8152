extension Ceiling {
  /// The least time that the machine could take for a layer: max(FLOPs / peak, bytes / bandwidth).
  ///
  /// The roofline model (Williams, Waterman, Patterson 2009, Commun. ACM 52(4)), with reading and
  /// computing fully overlapped. All FLOPs count at the precision's peak, also the router's, which are
  /// 32-bit in every precision and few. One maximum for the whole layer is a lower bound: experts of
  /// few tokens wait for bytes while others wait for FLOPs.
  public func rooflineSeconds(flops: Int, bytes: Int) -> Double {
    max(Double(flops) / peakFlopsPerSecond, Double(bytes) / readBytesPerSecond)
  }

  /// Tokens per visit of a weight from which FLOPs and no longer bytes bound a product: the ridge.
  ///
  /// A weight costs its bytes once and 2 FLOPs a token.
  public var ridgeTokens: Double {
    peakFlopsPerSecond / readBytesPerSecond * Double(precision.bytesPerWeight) / 2
  }
}

/// What the layers of one shape within a side ask of the machine in a pass.
public struct LayerWork: Hashable, Sendable {
  /// How many of them the side has.
  public var count: Int
  /// Matmul FLOPs of one.
  public var flops: Int
  /// Bytes of one.
  public var bytes: Int

  /// `count` layers of so much work each.
  public init(count: Int, flops: Int, bytes: Int) {
    self.count = count
    self.flops = flops
    self.bytes = bytes
  }
}

extension Sequence<LayerWork> {
  /// Roofline seconds of a pass: layers follow each other, so theirs add up.
  public func rooflineSeconds(under ceiling: Ceiling) -> Double {
    reduce(0) {
      $0 + Double($1.count) * ceiling.rooflineSeconds(flops: $1.flops, bytes: $1.bytes)
    }
  }
}
