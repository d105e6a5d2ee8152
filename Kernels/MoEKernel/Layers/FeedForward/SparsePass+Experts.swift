// The two products of every expert, in tasks of (expert × block of outputs).
extension SparsePass {
  /// Gate, up and activation of every (expert, block of hidden units), in one region for all experts: a
  /// barrier for each would leave threads waiting as often as there are experts.
  func computeHidden() -> RegionSeconds {
    pool.forEach(
      routing.dispatch.hiddenTasks, isAhead: repeatsPanels, in: self,
      home: { $0.hiddenAddress(task: $1) }
    ) {
      $0.computeHidden(task: $2, next: $3, worker: $1)
    }
  }

  private func computeHidden(task: Int, next: Int, worker: Int) {
    let (group, bank, first) = hiddenBlock(ofTask: task)
    let block = bank.networks.hiddenBlock(rows: group.rows)
    bank.hidden(
      network: Int(group.network), units: first..<min(first + block, bank.spec.intermediate),
      input: inputRows(group),
      into: workspace.hidden[Int(group.lane)].all.part(from: group.firstRow, count: group.rows),
      keeping: workspace.kept.isEmpty
        ? nil
        : workspace.kept[Int(group.lane)].all.part(from: group.firstRow, count: group.rows),
      epilogue: bank.epilogue(Int(group.network)), scratch: workspace.scratch(worker),
      next: nextHidden(next, after: group))
  }

  /// The group and bank of a task, and its first hidden unit.
  private func hiddenBlock(ofTask task: Int) -> (RowGroup, NetworkBank, first: Int) {
    let task = routing.dispatch.place(ofTicket: task, among: routing.dispatch.hiddenTasks)
    let group = routing.dispatch.group(ofHiddenTask: task)
    let bank = bank(group)
    let block = bank.networks.hiddenBlock(rows: group.rows)
    return (group, bank, (task - group.firstHiddenTask) * block)
  }

  private func hiddenAddress(task: Int) -> UnsafeRawPointer? {
    let (group, bank, first) = hiddenBlock(ofTask: task)
    return bank.networks.address(of: WeightPlace(matrix: Int(group.network), output: first))
  }

  /// Where the weights of the next task begin; `nil` for none, and for a task of the other lane, whose
  /// weights are in other matrices.
  private func nextHidden(_ task: Int, after present: RowGroup) -> WeightPlace? {
    guard task < routing.dispatch.hiddenTasks else { return nil }
    let (group, _, first) = hiddenBlock(ofTask: task)
    return group.lane == present.lane
      ? WeightPlace(matrix: Int(group.network), output: first) : nil
  }

  /// Down of every (expert, block of outputs), in a region of its own: a block of outputs needs all hidden
  /// units of its rows.
  func computeOutputs() -> RegionSeconds {
    pool.forEach(
      routing.dispatch.outputTasks, isAhead: repeatsPanels, in: self,
      home: { $0.outputAddress(task: $1) }
    ) {
      $0.computeOutputs(task: $2, next: $3, worker: $1)
    }
  }

  private func computeOutputs(task: Int, next: Int, worker: Int) {
    let (group, bank, first) = outputBlock(ofTask: task)
    let down = bank.networks.down
    let block = down.block(rows: group.rows)
    let outputs = first..<min(first + block, bank.spec.width)
    let result = workspace.outputs[Int(group.lane)].all
      .part(from: group.firstRow, count: group.rows, column: first)
    down.multiply(
      matrix: Int(group.network), outputs: outputs,
      input: workspace.hidden[Int(group.lane)].all
        .part(from: group.firstRow, count: group.rows),
      into: result, scratch: workspace.scratch(worker), next: nextOutput(next, after: group))
    if let bias = bank.outputBias(Int(group.network)) {
      RowArithmetic.add(bias + first, to: result, columns: outputs.count)
    }
  }

  /// The group and bank of a task of the second stage, and its first output.
  private func outputBlock(ofTask task: Int) -> (RowGroup, NetworkBank, first: Int) {
    let task = routing.dispatch.place(ofTicket: task, among: routing.dispatch.outputTasks)
    let group = routing.dispatch.group(ofOutputTask: task)
    let bank = bank(group)
    return (
      group, bank, (task - group.firstOutputTask) * bank.networks.down.block(rows: group.rows)
    )
  }

  private func outputAddress(task: Int) -> UnsafeRawPointer? {
    let (group, bank, first) = outputBlock(ofTask: task)
    return bank.networks.down.address(
      of: WeightPlace(matrix: Int(group.network), output: first))
  }

  private func nextOutput(_ task: Int, after present: RowGroup) -> WeightPlace? {
    guard task < routing.dispatch.outputTasks else { return nil }
    let (group, _, first) = outputBlock(ofTask: task)
    return group.lane == present.lane
      ? WeightPlace(matrix: Int(group.network), output: first) : nil
  }
}
