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

  /// The least time for a layer whose tiles are multiplied at the rates that they reach in cache; FLOPs
  /// in no tile, and tiles whose rate is not known, count at peak.
  ///
  /// Never below `rooflineSeconds`: a rate above the peak is the same peak, measured at another time.
  public func tiledSeconds(_ work: LayerWork) -> Double {
    var computing = Double(work.flops) / peakFlopsPerSecond
    for (flops, rate) in zip(work.tileFlops, tileFlopsPerSecond ?? []) where rate > 0 {
      computing += flops * (1 / min(rate, peakFlopsPerSecond) - 1 / peakFlopsPerSecond)
    }
    return max(computing, Double(work.bytes) / readBytesPerSecond)
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
  /// FLOPs of one in tiles of 1, 2, … rows, some of `flops`; none for an engine without tiles.
  public var tileFlops: [Double]

  /// `count` layers of so much work each.
  public init(count: Int, flops: Int, bytes: Int, tileFlops: [Double] = []) {
    self.count = count
    self.flops = flops
    self.bytes = bytes
    self.tileFlops = tileFlops
  }
}

extension Sequence<LayerWork> {
  /// Seconds of all FLOPs of a pass at peak.
  public func flopSeconds(under ceiling: Ceiling) -> Double {
    reduce(0) { $0 + Double($1.count) * Double($1.flops) / ceiling.peakFlopsPerSecond }
  }

  /// Seconds of a pass at the rates of tiles.
  public func tiledSeconds(under ceiling: Ceiling) -> Double {
    reduce(0) { $0 + Double($1.count) * ceiling.tiledSeconds($1) }
  }

  /// Roofline seconds of a pass: layers follow each other, so theirs add up.
  public func rooflineSeconds(under ceiling: Ceiling) -> Double {
    reduce(0) {
      $0 + Double($1.count) * ceiling.rooflineSeconds(flops: $1.flops, bytes: $1.bytes)
    }
  }
}
