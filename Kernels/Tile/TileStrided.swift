/// Products of what a cache holds, read where it lies.
extension TileKernels {
  /// The side of a strided product of which one float is multiplied with both vectors of a step.
  public struct Factors {
    /// The factor of the first row and step.
    public let base: UnsafePointer<Float>
    /// Floats from one row's factor to the next one's.
    public let rowStep: Int
    /// Floats from one step's factors to the next one's.
    public let step: Int

    /// Factors of the caller's.
    public init(base: UnsafePointer<Float>, rowStep: Int, step: Int) {
      self.base = base
      self.rowStep = rowStep
      self.step = step
    }
  }

  /// block = Σ over steps of `panelWidth` floats times each row's factor; `f32` alone.
  ///
  /// The error of a sum over `n` steps is at most γ(2n)·Σ|w·x|, as that of `multiply`.
  ///
  /// - Parameters:
  ///   - panel: the floats of the first step, aligned to 64 bytes.
  ///   - panelStep: floats from one step's to the next one's, a multiple of `lanes`.
  ///   - rows: 1 to `maximumRows`.
  ///   - block: `rows` × `panelWidth` floats, aligned to 64 bytes.
  ///   - accumulates: true to add to the block.
  ///   - prefetch: memory that is needed soon; nil for none.
  @inlinable
  @inline(__always)
  public func multiplyStrided(
    panel: UnsafePointer<Float>, panelStep: Int, factors: Factors, steps: Int, rows: Int,
    block: UnsafeMutablePointer<Float>, accumulates: Bool = false, prefetch: TilePrefetch? = nil
  ) {
    precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
    precondition(steps >= 0, "\(steps) steps")
    precondition(panelStep % lanes == 0, "\(panelStep) floats are no whole vectors")
    build.pointee.multiplyStrided(
      UnsafeRawPointer(panel), panelStep * 4, factors.base, factors.rowStep, factors.step,
      steps, rows, block, accumulates,
      prefetch?.start ?? UnsafeRawPointer(panel), prefetch?.bytesPerStep ?? 0)
  }
}
