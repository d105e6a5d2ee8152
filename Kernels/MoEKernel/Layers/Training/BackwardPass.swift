import LayerSpec

/// The backward half of one training step, after the forward half that its workspace still holds.
///
/// Each step is one region of the pool, whose body captures nothing and is given the pass, so that none allocates
/// a context. Rows of all experts go through a region together: a barrier for each expert would leave threads
/// waiting as often as there are experts.
struct BackwardPass {
  let step: TrainingStep
  let input: Rows
  /// dy, tokens × H.
  let cotangent: Rows
  /// Where the gradient by the input goes.
  let result: Rows
  let pool: WorkerPool

  var tokens: Int { input.count }
  var workspace: FeedForwardWorkspace { step.workspace }
  var routing: RoutingScratch? { step.workspace.routing }

  /// Does all steps; returns the phases of forward and backward together.
  func run(after forward: PassPhases) -> PassPhases {
    var phases = forward
    guard tokens > 0 else {
      clearUnreached()
      return phases
    }
    var clock = PhaseClock()
    let outputProjection = projectCotangent()
    phases.dispatchSeconds -= outputProjection.wall
    spreadCotangent()
    stageForUnits()
    phases.dispatchSeconds += clock.lap()
    phases.networks = phases.networks + unitGradients()
    _ = clock.lap()
    stageForProducts()
    clearUnreached()
    phases.dispatchSeconds += clock.lap()
    phases.networks = phases.networks + products()
    _ = clock.lap()
    routerBackward()
    phases.routerSeconds += clock.lap()
    let inputProjection = projectReadGradients()
    combine()
    phases.combineSeconds += clock.lap() - inputProjection.wall
    phases.projections = phases.projections + outputProjection + inputProjection
    return phases
  }

  // MARK: Groups

  /// Groups of rows that share a network: one in a dense layer.
  var groupCount: Int { routing?.dispatch.groupCount ?? 1 }

  func group(_ index: Int) -> RowGroup {
    routing?.dispatch.groups.base[index]
      ?? RowGroup(
        lane: 0, network: 0, firstRow: 0, rows: tokens, firstHiddenTask: 0, firstOutputTask: 0)
  }

  func lane(_ group: RowGroup) -> TrainingLane { step.lanes[Int(group.lane)] }

  /// True where the weight of an expert scales what it reads (Llama 4), so that what it returns is only added.
  var scalesInput: Bool { step.router?.spec.router.application == .input }

  func blocks(_ count: Int, _ block: Int) -> Int { (count + block - 1) / block }

  /// The input rows of a group in the order that products over rows read.
  func inputRows(_ group: RowGroup) -> Rows {
    let lane = lane(group)
    if !lane.networks.columnStaging.keepsRows {
      return lane.isGathered
        ? lane.rows(lane.inputStrips, of: group)
        : step.tokenStrips.all.part(from: 0, count: group.rows)
    }
    return lane.isGathered
      ? workspace.gathered.all.part(from: group.firstRow, count: group.rows) : input
  }
}

extension BackwardPass {
  /// Gradients of what stood before every activation, and the hidden units once more.
  private func unitGradients() -> RegionSeconds {
    step.tasks.number(groupCount) { index in
      let lane = lane(group(index))
      return blocks(lane.bank.spec.intermediate, lane.networks.unitBlock)
    }
    return pool.forEach(step.tasks.count, isAhead: true, in: self) { pass, worker, task, next in
      let place = pass.step.tasks.place(ofTask: task)
      pass.unitGradients(
        pass.group(place.group), task: place.task, worker: worker,
        next: pass.step.tasks.task(next, inGroup: place.group))
    }
  }

  private func unitGradients(_ group: RowGroup, task: Int, worker: Int, next: Int?) {
    let lane = lane(group)
    let block = lane.networks.unitBlock
    let first = task * block
    lane.networks.unitGradients(
      network: Int(group.network), units: first..<min(first + block, lane.bank.spec.intermediate),
      gradient: lane.staged(lane.outputStaged, lane.outputGradient, of: group),
      kept: lane.rows(lane.kept, of: group), into: lane.rows(lane.hiddenGradient, of: group),
      active: lane.rows(lane.active, of: group), scratch: step.scratch(worker),
      next: next.map { $0 * block })
  }

  /// Makes the gradients of networks zero that no row reached and that a step before had written to.
  private func clearUnreached() {
    for lane in step.lanes {
      for network in 0..<lane.bank.count {
        let isReached =
          tokens > 0
          && (lane.isGathered ? routing?.dispatch.counts.base[network] ?? 0 > 0 : true)
        if !isReached && lane.isWritten.base[network] { lane.clear(network) }
        lane.isWritten.base[network] = isReached
      }
    }
  }

  /// Gradients of input rows, and of all weights of the networks, in one region.
  private func products() -> RegionSeconds {
    step.tasks.number(groupCount) { index in
      let tasks = productTasks(lane(group(index)))
      return tasks.inputs + tasks.units + tasks.outputs + tasks.biases
    }
    return pool.forEach(step.tasks.count, isAhead: true, in: self) { pass, worker, task, next in
      let place = pass.step.tasks.place(ofTask: task)
      pass.product(
        pass.group(place.group), task: place.task, worker: worker,
        next: pass.step.tasks.task(next, inGroup: place.group))
    }
  }

  private func productTasks(
    _ lane: TrainingLane
  ) -> (inputs: Int, units: Int, outputs: Int, biases: Int) {
    let spec = lane.bank.spec
    return (
      blocks(spec.width, lane.networks.inputBlock),
      blocks(spec.intermediate, lane.networks.gradientBlock),
      blocks(spec.width, lane.down.gradientBlock), spec.hasBias ? 1 : 0
    )
  }

  private func product(_ group: RowGroup, task: Int, worker: Int, next: Int?) {
    let lane = lane(group)
    let (spec, network) = (lane.bank.spec, Int(group.network))
    let tasks = productTasks(lane)
    let scratch = step.scratch(worker)
    func part(_ task: Int, _ block: Int, of count: Int) -> Range<Int> {
      task * block..<min((task + 1) * block, count)
    }
    if task < tasks.inputs {
      let inputs = part(task, lane.networks.inputBlock, of: spec.width)
      lane.networks.multiplyBackward(
        network: network, inputs: inputs,
        gradient: lane.staged(lane.hiddenStaged, lane.hiddenGradient, of: group),
        into: lane.inputGradient.all.part(
          from: group.firstRow, count: group.rows, column: inputs.lowerBound),
        scratch: scratch,
        next: next.flatMap { $0 < tasks.inputs ? $0 * lane.networks.inputBlock : nil })
    } else if task < tasks.inputs + tasks.units {
      lane.gradientNetworks.storeGradient(
        network: network,
        units: part(task - tasks.inputs, lane.networks.gradientBlock, of: spec.intermediate),
        gradient: lane.rows(lane.hiddenGradient, of: group), input: inputRows(group),
        scratch: scratch)
    } else if task < tasks.inputs + tasks.units + tasks.outputs {
      lane.gradientDown.storeGradient(
        matrix: network,
        outputs: part(
          task - tasks.inputs - tasks.units, lane.down.gradientBlock, of: spec.width),
        gradient: lane.rows(lane.outputGradient, of: group),
        input: lane.staged(lane.activeStrips, lane.active, of: group), scratch: scratch)
    } else {
      lane.sumBiases(group)
    }
  }
}

extension TrainingLane {
  /// Makes all gradients of a network zero.
  fileprivate func clear(_ network: Int) {
    gradientNetworks.clear(network: network)
    clearBiases(network)
  }

  private func clearBiases(_ network: Int) {
    for part in [NetworkPart.gate, .up] {
      gradients.hiddenBias(part, network)?.update(
        repeating: 0, count: paddedToVector(bank.spec.intermediate))
    }
    gradients.outputBias(network)?.update(
      repeating: 0, count: paddedToVector(bank.spec.width))
  }

  /// The gradients of one network's biases: sums over its rows.
  fileprivate func sumBiases(_ group: RowGroup) {
    let network = Int(group.network)
    clearBiases(network)
    let hidden = rows(hiddenGradient, of: group)
    if let gate = gradients.hiddenBias(.gate, network) {
      networks.addRows(hidden, of: .gate, to: gate)
    }
    if let up = gradients.hiddenBias(.up, network) { networks.addRows(hidden, of: .up, to: up) }
    if let output = gradients.outputBias(network) {
      let sums = Rows(base: output, stride: paddedToVector(bank.spec.width), count: 1)
      for row in 0..<group.rows {
        RowArithmetic.add(
          outputGradient.all[group.firstRow + row], to: sums, columns: bank.spec.width)
      }
    }
  }
}
