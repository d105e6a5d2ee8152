/// The softmax of attention on blocks of scores, while they are in the L1 cache.
extension TileKernels {
  /// What shifts of scores begin with.
  public static var lowestScore: Float { TileBuild.lowestScore }

  /// What rows of a tile know of the chunks of keys that they have seen; each at least `rows` elements.
  public struct SoftmaxRows {
    /// The first key of the present chunk that a row sees.
    public let first: UnsafeMutablePointer<Int32>
    /// The key behind the last.
    public let end: UnsafeMutablePointer<Int32>
    /// What is subtracted from scores, `lowestScore` before the first chunk: their maximum but for a few units.
    public let shifts: UnsafeMutablePointer<Float>
    /// The sum of weights so far.
    public let sums: UnsafeMutablePointer<Float>
    /// What sums of values so far are to be multiplied by after a chunk.
    public let corrections: UnsafeMutablePointer<Float>

    /// Memory of the caller's.
    public init(
      first: UnsafeMutablePointer<Int32>, end: UnsafeMutablePointer<Int32>,
      shifts: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
      corrections: UnsafeMutablePointer<Float>
    ) {
      self.first = first
      self.end = end
      self.shifts = shifts
      self.sums = sums
      self.corrections = corrections
    }

    /// The same from a row on.
    public func from(_ row: Int) -> SoftmaxRows {
      SoftmaxRows(
        first: first + row, end: end + row, shifts: shifts + row, sums: sums + row,
        corrections: corrections + row)
    }
  }

  /// Turns blocks of scores, a key per output, into weights; keys that a row does not see get 0.
  ///
  /// - Parameters:
  ///   - blocks: `panels` blocks of `rows` rows, aligned to 64 bytes.
  ///   - stride: floats from one block to the next; `nil` for `blockCapacity`.
  ///   - softcap: bound of scores; `nil` for none.
  /// - Returns: true where any correction is not 1.
  @discardableResult
  public func softmax(
    blocks: UnsafeMutablePointer<Float>, stride: Int? = nil, panels: Int, rows: Int,
    softcap: Float?, state: SoftmaxRows
  ) -> Bool {
    precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
    return build.pointee.softmax(
      blocks, stride ?? blockCapacity, panels, rows, state.first, state.end, softcap ?? 0,
      state.shifts,
      state.sums, state.corrections)
  }

  /// Scales weights that `softmax` left, and turns gradients by them into gradients by the scores.
  ///
  /// - Parameters:
  ///   - weights: `panels` blocks of `rows` rows, aligned to 64 bytes, as are
  ///   - gradients: by the weights, in the same places.
  ///   - stride: floats from one block to the next.
  ///   - factors: of each row's weights, which then sum up to 1 with what else has a share.
  ///   - means: for each row the sum of weights times gradients.
  public func softmaxGradients(
    weights: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, stride: Int,
    panels: Int, rows: Int, factors: UnsafePointer<Float>, means: UnsafeMutablePointer<Float>
  ) {
    precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
    build.pointee.softmaxGradients(weights, gradients, stride, panels, rows, factors, means)
  }

  /// Multiplies every row of a block by its factor.
  public func scaleRows(
    block: UnsafeMutablePointer<Float>, rows: Int, factors: UnsafePointer<Float>
  ) {
    build.pointee.scaleRows(block, rows, factors)
  }

  /// Turns a block of scores with a row for each key and a lane for each head into weights.
  ///
  /// - Parameters:
  ///   - block: `keys` rows of `panelWidth` heads, aligned to 64 bytes.
  ///   - softcap: bound of scores; `nil` for none.
  ///   - shifts: what is subtracted from scores of `panelWidth` heads, `lowestScore` before the first, aligned as the
  ///     block; as are
  ///   - sums: of weights so far, and
  ///   - corrections: what sums of values so far are to be multiplied by.
  /// - Returns: true where any correction is not 1.
  @discardableResult
  public func softmaxColumns(
    block: UnsafeMutablePointer<Float>, keys: Int, softcap: Float?,
    shifts: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>,
    corrections: UnsafeMutablePointer<Float>
  ) -> Bool {
    build.pointee.softmaxColumns(block, keys, softcap ?? 0, shifts, sums, corrections)
  }
}
