import LayerSpec

extension SparseLayer {
  /// One pass: `output` becomes the layer's value for every row of `input`.
  ///
  /// Allocates nothing. Results do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - input: Tokens × H; 0 tokens are legal.
  ///   - output: As many rows and columns as `input`, another matrix.
  ///   - workspace: Made by `makeWorkspace` of this layer; holds the routing afterwards.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: Workspace, pool: WorkerPool
  ) {
    precondition(
      input.columns == spec.hidden && output.columns == spec.hidden && input.rows == output.rows,
      "a layer of width \(spec.hidden) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output, "a pass cannot write over its own input")
    guard let routing = workspace.routing else {
      preconditionFailure("the workspace was made by a dense layer")
    }
    workspace.begin(tokens: input.rows, pool: pool)
    if input.rows == 0 { return }
    let pass = SparsePass(
      layer: self, input: input.all, output: output.all, workspace: workspace, routing: routing,
      pool: pool)
    workspace.phases = pass.run()
  }
}
