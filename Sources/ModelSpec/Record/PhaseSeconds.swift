/// Where the seconds of one side's median pass went, all of its layers at full size.
///
/// Products are shared by the threads: each of them multiplies (busy), and then waits for the last one
/// (waiting). What is left of the products' seconds went into waking the threads and joining them.
public struct PhaseSeconds: Codable, Hashable, Sendable {
  /// Matrix products of networks and of projections around them, as the clock on the wall has it.
  public var productSeconds: Double
  /// Multiplying within products, mean over the threads.
  public var productBusySeconds: Double
  /// Waiting for the last thread that multiplies, mean over the threads.
  public var productWaitingSeconds: Double
  /// Router product and choice of experts; none in a dense layer.
  ///
  /// A layer with a latent space computes the router's logits among its projections.
  public var routerSeconds: Double
  /// Sorting, gathering and staging of rows before the networks, and weighted sums after them.
  public var dispatchAndCombineSeconds: Double

  /// Seconds of each phase.
  public init(
    productSeconds: Double, productBusySeconds: Double, productWaitingSeconds: Double,
    routerSeconds: Double, dispatchAndCombineSeconds: Double
  ) {
    self.productSeconds = productSeconds
    self.productBusySeconds = productBusySeconds
    self.productWaitingSeconds = productWaitingSeconds
    self.routerSeconds = routerSeconds
    self.dispatchAndCombineSeconds = dispatchAndCombineSeconds
  }

  /// No time at all.
  public static let zero = PhaseSeconds(
    productSeconds: 0, productBusySeconds: 0, productWaitingSeconds: 0, routerSeconds: 0,
    dispatchAndCombineSeconds: 0)

  /// Phases of passes one after the other.
  public static func + (left: PhaseSeconds, right: PhaseSeconds) -> PhaseSeconds {
    PhaseSeconds(
      productSeconds: left.productSeconds + right.productSeconds,
      productBusySeconds: left.productBusySeconds + right.productBusySeconds,
      productWaitingSeconds: left.productWaitingSeconds + right.productWaitingSeconds,
      routerSeconds: left.routerSeconds + right.routerSeconds,
      dispatchAndCombineSeconds: left.dispatchAndCombineSeconds + right.dispatchAndCombineSeconds)
  }

  /// Phases of so many equal passes, or of a share of one.
  public static func * (factor: Double, phases: PhaseSeconds) -> PhaseSeconds {
    PhaseSeconds(
      productSeconds: factor * phases.productSeconds,
      productBusySeconds: factor * phases.productBusySeconds,
      productWaitingSeconds: factor * phases.productWaitingSeconds,
      routerSeconds: factor * phases.routerSeconds,
      dispatchAndCombineSeconds: factor * phases.dispatchAndCombineSeconds)
  }
}
