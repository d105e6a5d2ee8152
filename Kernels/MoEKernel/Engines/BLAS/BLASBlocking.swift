/// How products are cut for a BLAS library.
///
/// A BLAS packs both operands into its own order at every call. That pays for itself when a weight
/// meets hundreds of rows; an expert often has two to sixty, and then packing takes most of the
/// time. Two ways around it were measured (OpenBLAS 0.3.21, one Zen 5 core, weights from memory,
/// GFLOP/s at 1, 4, 8, 16, 64, 256 rows of 4096 inputs):
///
///     one call for 256 outputs, Haswell kernels     5   23   39   58   79   97
///     one gemv per row, Haswell kernels            13   25   37   39    –    –
///     one call for 256 outputs, Cooperlake kernels  5   22   37   67  140  184
///     calls below the small-matrix limits, same    17   47   72   97  150  167
///
/// Which of the ways is open depends on the library and on the kernels it chose for this CPU. The
/// cuts depend on that and on the shape alone, never on time or threads: results repeat.
struct BLASBlocking {
  /// True when the library has kernels that do not pack, and says so.
  private let hasSmallKernels: Bool

  init(_ library: BLASLibrary) {
    hasSmallKernels = library.skipsPacking(m: 16, n: 16, k: 512)
  }

  /// The three ways of the table above.
  enum Method {
    /// A matrix-vector product for each row, over a block that stays in the L2 cache between rows.
    case vectors
    /// Matrix products of so many outputs and inputs at most, too small to be packed.
    case small(outputs: Int, inputs: Int)
    /// One matrix product, whose operands the library packs.
    case product
  }

  /// The fastest method for `rows` rows of `inputs` elements with the kernels that the library chose.
  func method(rows: Int, inputs: Int) -> Method {
    if hasSmallKernels {
      guard rows <= Self.mostSmallRows else { return .product }
      return Self.smallShape(rows: rows, inputs: inputs)
    }
    return rows <= Self.mostVectorRows ? .vectors : .product
  }

  /// Outputs of one task: enough to be worth an atomic addition, few enough that threads end together, and
  /// for few rows no more weights than stay in the L2 cache from row to row.
  static func outputs(rows: Int, inputs: Int) -> Int {
    guard rows <= mostSmallRows else { return productBlock }
    let fitting = cachedBytes / (inputs * 4) / vectorLanes * vectorLanes
    return min(max(fitting, vectorLanes), 2 * maxSmallOutputs)
  }

  /// Floats of scratch for the up product of a block, for up to `rows` rows.
  static func scratchElements(rows: Int) -> Int { min(rows, mostProductRows) * productBlock }

  /// Rows of one matrix product; more are done in turns, so that the up product fits the scratch.
  static let mostProductRows = 512

  // MARK: Constants

  /// Rows beyond which a packed product was as fast as small ones.
  private static let mostSmallRows = 64

  /// Rows up to which matrix-vector products were faster than a packed product.
  private static let mostVectorRows = 7

  /// Outputs of a packed product; 128 to 1024 ran within 5 % of each other.
  private static let productBlock = 256

  /// Bytes of weights that stay in the L2 cache from row to row: half of one of 1 MiB, which leaves room for
  /// rows and results.
  ///
  /// With an L2 cache of 512 KiB (Zen 3 and before) they come in part from the last-level cache.
  private static let cachedBytes = 512 << 10

  /// Limits of OpenBLAS's small kernels on outputs·rows·inputs and on outputs·rows (its file
  /// kernel/x86_64/sgemm_small_kernel_permit_skylakex.c, transposed first operand).
  private static let (mostMultiplications, mostResults) = (1_000_000, 1_200)

  /// The most outputs of a small product: more were not faster, and would leave fewer inputs below the limit
  /// on multiplications.
  private static let maxSmallOutputs = 64

  /// As many outputs as are allowed, and then as many inputs, in equal parts: no product is left with a few
  /// inputs, whose results would be loaded and stored for little work.
  private static func smallShape(rows: Int, inputs: Int) -> Method {
    let outputs = min(maxSmallOutputs, mostResults / rows / vectorLanes * vectorLanes)
    let most = mostMultiplications / (outputs * rows) / vectorLanes * vectorLanes
    let parts = (inputs + most - 1) / most
    return .small(outputs: outputs, inputs: paddedToVector((inputs + parts - 1) / parts))
  }
}
