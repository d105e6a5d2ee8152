/// Seconds that the last pass of a feed-forward layer, or of a product, spent in each of its phases, one after
/// the other.
///
/// They are taken at the barriers between phases, by the caller, and around the products also by every
/// thread: a few clock readings of some tens of nanoseconds each, made in every pass so that no pass is
/// timed differently.
///
/// Every field is nothing where a layer has no such phase, so that a value costs a pass no more than the
/// readings that it needs. A layer with phases that none of these is (attention over a cache, an exchange
/// between processes) brings a type of its own (`LayerWorkspace.Phases`), with a `RegionSeconds` for each
/// region of products, whose threads are timed one by one, and a `Double` for anything else; its workload
/// says which phase of a record each becomes.
public struct PassPhases: Hashable, Sendable {
  /// Gate, up, activation and down of every expert, shared or dense network: what depends on the
  /// intermediate width.
  public internal(set) var networks = RegionSeconds()
  /// Projections into and out of a latent space, or a product alone; zero in other layers.
  ///
  /// The router's logits are computed in the same region as the input projection, and count here then.
  public internal(set) var projections = RegionSeconds()
  /// Staging of rows for the router, logits, and selection of experts; zero in a dense layer.
  public internal(set) var routerSeconds = 0.0
  /// Sorting (token, expert) pairs by expert, gathering rows and staging them for the networks.
  public internal(set) var dispatchSeconds = 0.0
  /// Weighted sums of the experts' rows, the shared expert's among them; zero in a dense layer.
  public internal(set) var combineSeconds = 0.0
}

/// Splits a pass into its phases: one reading of the clock for each, by the caller behind its barrier.
struct PhaseClock {
  private var last = MonotonicClock.nanoseconds()

  /// Seconds since the last call, or since this was made.
  mutating func lap() -> Double {
    let now = MonotonicClock.nanoseconds()
    defer { last = now }
    return Double(now - last) * 1e-9
  }
}
