import LayerSpec
import MoEKernel
import ModelSpec

extension FFNLayerSpec {
  /// FLOPs of a pass in tiles of 1, 2, … rows, mean over the batches; none for an engine without tiles.
  ///
  /// The engine cuts the rows of every expert into tiles of its own; a dense network, a shared expert
  /// and projections have all tokens as rows. The router's FLOPs are few and not in it.
  ///
  /// - Parameter batches: how the batches of a routed layer used its experts.
  func tileFLOPs(tokens: Int, batches: [RoutingStatistics], engine: Engine) -> [Double] {
    var flops: [Double] = []
    func add(rows: Int, flopsPerRow: Int, share: Double = 1) {
      for tile in engine.tileRows(of: rows) ?? [] {
        flops += Array(repeating: 0, count: max(0, tile - flops.count))
        flops[tile - 1] += share * Double(tile) * Double(flopsPerRow)
      }
    }
    switch self {
    case .dense(let network): add(rows: tokens, flopsPerRow: network.matmulFLOPsPerToken)
    case .sparse(let layer):
      for rows in batches.lazy.flatMap(\.tokensPerExpert) {
        add(
          rows: rows, flopsPerRow: layer.expert.matmulFLOPsPerToken,
          share: 1 / Double(batches.count))
      }
      if let shared = layer.shared {
        add(rows: tokens, flopsPerRow: shared.network.matmulFLOPsPerToken)
      }
      if let latent = layer.latent { add(rows: tokens, flopsPerRow: 4 * latent.width * hidden) }
    }
    return flops
  }
}
