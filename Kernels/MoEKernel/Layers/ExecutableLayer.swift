/// A layer with its weights that turns rows of `width` elements into rows of `outputWidth`: what a run, a
/// sweep, `gemm` and `verify` know of the work that they time.
public protocol ExecutableLayer<Workspace>: AnyObject {
  /// What passes of this layer need beside weights, input and output.
  associatedtype Workspace: LayerWorkspace

  /// Columns of the input: H of a feed-forward layer, K of a product.
  var width: Int { get }

  /// Columns of the output: H of a feed-forward layer, N of a product.
  var outputWidth: Int { get }

  /// Scratch for passes of up to `maxTokens` rows with the threads of `pool`.
  func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> Workspace

  /// One pass: `output` becomes the layer's value for every row of `input`.
  ///
  /// Allocates nothing. How work is cut does not depend on time.
  ///
  /// - Parameters:
  ///   - input: Tokens × `width`; 0 tokens are legal.
  ///   - output: As many rows × `outputWidth`, another matrix.
  ///   - workspace: Made by this layer, or by one of the same shape, formats and engine; holds the
  ///     pass's phases and routing afterwards.
  ///   - pool: No more threads than the workspace was made for.
  func forward(_ input: Matrix, into output: Matrix, workspace: Workspace, pool: WorkerPool)

  /// One row of the output in double precision by plain loops over the weights as they are stored,
  /// sharing no code with a pass but the access to them.
  ///
  /// - Returns: `outputWidth` elements.
  func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double]

  /// Several rows of the output so.
  func referenceOutputs(of input: Matrix, tokens: [Int], pool: WorkerPool) -> [[Double]]
}

extension ExecutableLayer {
  /// One row after the other.
  public func referenceOutputs(
    of input: Matrix, tokens: [Int], pool: WorkerPool
  ) -> [[Double]] {
    tokens.map { referenceOutput(of: input, token: $0, pool: pool) }
  }

  /// Stops unless the input has `width` columns, and the output `outputWidth`, as many rows and memory of its
  /// own.
  func checkShapes(_ input: Matrix, _ output: Matrix) {
    precondition(
      input.columns == width && output.columns == outputWidth && input.rows == output.rows,
      "a layer of \(width) inputs and \(outputWidth) outputs cannot turn "
        + "\(input.rows)×\(input.columns) into \(output.rows)×\(output.columns)")
    precondition(input !== output, "a pass cannot write over its own input")
  }
}

/// All scratch of a layer's passes, made once, so that a pass allocates nothing; afterwards, what is known
/// of the last pass.
public protocol LayerWorkspace: AnyObject {
  /// The phases of the layer's passes: `PassPhases`, or a type of its own where a layer has others.
  associatedtype Phases: Hashable & Sendable

  /// The most rows that one pass may have; larger passes are refused in every build.
  var maxTokens: Int { get }

  /// The most threads that a pool may have to use it: each has scratch of its own.
  var threads: Int { get }

  /// Rows of the last pass, 0 before the first.
  var tokens: Int { get }

  /// Seconds of the phases of the last pass, zero before the first.
  var phases: Phases { get }

  /// Tokens that each of the E experts received in the last pass; empty for a layer that routes nothing.
  var tokensPerExpert: [Int] { get }

  /// The K choices of one token in the last pass, in ascending order; identity experts follow the
  /// computing ones in number. Empty for a layer that routes nothing.
  func experts(ofToken token: Int) -> [Int]

  /// The weights of `experts(ofToken:)`, normalised and scaled as the combine used them.
  func weights(ofToken token: Int) -> [Float]
}

extension LayerWorkspace {
  /// Empty, as for every layer that routes nothing.
  public var tokensPerExpert: [Int] { [] }

  /// Empty, as for every layer that routes nothing.
  public func experts(ofToken token: Int) -> [Int] { [] }

  /// Empty, as for every layer that routes nothing.
  public func weights(ofToken token: Int) -> [Float] { [] }

  /// D, the experts that received at least one token in the last pass.
  public var distinctExperts: Int { tokensPerExpert.count { $0 > 0 } }

  /// Stops when a pass does not fit in what this was made for.
  ///
  /// - Parameters:
  ///   - shape: What the layer needs a workspace for.
  ///   - own: What this one was made for.
  func checkPass<Shape: Equatable>(_ shape: Shape, own: Shape, tokens: Int, pool: WorkerPool) {
    precondition(
      shape == own, "a workspace that was made for \(own) cannot be used for \(shape)")
    precondition(
      tokens <= maxTokens, "a pass of \(tokens) tokens in a workspace for \(maxTokens)")
    precondition(
      pool.threads <= threads, "a pool of \(pool.threads) threads in a workspace for \(threads)")
  }
}
