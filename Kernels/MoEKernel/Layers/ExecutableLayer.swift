/// A layer with its weights, ready to run: what a run, a product sweep and a check of golden data know.
///
/// Weights do not change after init. A pass allocates nothing, and its results do not depend on the number
/// of threads.
public protocol ExecutableLayer<Workspace>: AnyObject {
  /// All scratch of a pass.
  associatedtype Workspace: LayerWorkspace

  /// Columns of the input.
  var width: Int { get }

  /// Columns of the output.
  var outputWidth: Int { get }

  /// Scratch for passes of up to `maxTokens` tokens with the threads of `pool`.
  func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> Workspace

  /// One pass: `output` becomes the layer's value for every row of `input`.
  ///
  /// - Parameters:
  ///   - input: Tokens × width; 0 tokens are legal.
  ///   - output: As many rows × `outputWidth`, another matrix.
  ///   - workspace: Made by `makeWorkspace` of a layer of the same shape, engine and formats.
  func forward(_ input: Matrix, into output: Matrix, workspace: Workspace, pool: WorkerPool)

  /// One token's output in double precision by plain loops, sharing no code with a pass but the access to
  /// the weights as they are stored.
  func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double]
}

/// All scratch of a pass, made once; afterwards, where its time went.
public protocol LayerWorkspace: AnyObject {
  /// Where the time of the last pass went.
  var phases: PassPhases { get }
}
