import LayerSpec

/// What a backward pass does before its products: gradients of outputs for every row, and rows in the orders that
/// products read.
extension BackwardPass {
  private static let rowsPerTask = 16

  /// Gives every network's rows the gradients of what it returned: the token's, times the weight that it had.
  func spreadCotangent() {
    if let latent = step.latent { spreadThroughNorm(latent) }
    for index in step.lanes.indices where index > 0 || step.latent == nil {
      let rows = step.lanes[index].isGathered ? gatheredRows : tokens
      pool.forEach(blocks(rows, Self.rowsPerTask), in: (pass: self, lane: index, rows: rows)) {
        context, _, task in
        let first = task * Self.rowsPerTask
        for row in first..<min(first + Self.rowsPerTask, context.rows) {
          context.pass.spread(row: row, lane: context.lane)
        }
      }
    }
  }

  /// Rows of routed experts: choices that compute.
  var gatheredRows: Int {
    guard let dispatch = routing?.dispatch else { return 0 }
    var rows = 0
    for index in 0..<dispatch.groupCount where dispatch.groups.base[index].lane == 0 {
      rows += dispatch.groups.base[index].rows
    }
    return rows
  }

  private func spread(row: Int, lane index: Int) {
    let lane = step.lanes[index]
    let target = lane.outputGradient.all[row]
    let width = lane.bank.spec.width
    var (token, factor): (Int, Float) = (row, 1)
    if let routing {
      if lane.isGathered {
        token = Int(routing.dispatch.tokenOfRow.base[row])
        let slot = Int(routing.dispatch.slotOfRow.base[row])
        if !scalesInput { factor = routing.weights.base[slot] }
      } else if step.router?.spec.shared?.isGated == true {
        factor = routing.sharedFactor.base[token]
      }
    }
    RowArithmetic.scale(cotangent[token], by: factor, to: target, count: width)
    for column in width..<lane.outputGradient.columns { target[column] = 0 }
  }

  /// Brings gradients of outputs into the order that products read, and input rows into that of products over
  /// rows; behind the groups' tasks, the tokens themselves.
  func stageForUnits() {
    step.tasks.number(groupCount) { index in
      let group = group(index)
      let (rows, columns) = stagingTasks(group)
      return rows + columns
    }
    let own = tokenPieces
    pool.forEach(step.tasks.count + own, in: self) { pass, _, task in
      guard task < pass.step.tasks.count else {
        return pass.stageTokens(piece: task - pass.step.tasks.count)
      }
      let place = pass.step.tasks.place(ofTask: task)
      pass.stageForUnits(pass.group(place.group), task: place.task)
    }
  }

  private func stagingTasks(_ group: RowGroup) -> (rows: Int, columns: Int) {
    let lane = lane(group)
    let (staging, columns) = (lane.networks.gradientStaging, lane.networks.columnStaging)
    return (
      staging.keepsRows ? 0 : staging.pieces(rows: group.rows),
      lane.isGathered && !columns.keepsRows ? columns.pieces(columns: lane.bank.spec.width) : 0
    )
  }

  private func stageForUnits(_ group: RowGroup, task: Int) {
    let lane = lane(group)
    let rows = stagingTasks(group).rows
    if task < rows {
      lane.networks.gradientStaging.stage(
        piece: task, of: group.rows, source: lane.rows(lane.outputGradient, of: group),
        indices: nil, columns: lane.outputGradient.columns,
        into: lane.rows(lane.outputStaged, of: group))
      return
    }
    guard let dispatch = routing?.dispatch else { return }
    let tokens = UnsafePointer(dispatch.tokenOfRow.base + group.firstRow)
    lane.networks.columnStaging.stage(
      piece: task - rows, count: group.rows,
      source: scalesInput ? lane.rows(workspace.scaled, of: group) : routedInput,
      indices: scalesInput ? nil : tokens, columns: lane.bank.spec.width,
      into: lane.inputStrips.all[group.firstRow])
  }

  /// Pieces of the input itself, which the router and networks of all tokens read over tokens.
  private var tokenPieces: Int {
    step.tokenStrips.rows == 0
      ? 0 : step.lanes[0].networks.columnStaging.pieces(columns: step.tokenStrips.columns)
  }

  private func stageTokens(piece: Int) {
    step.lanes[0].networks.columnStaging.stage(
      piece: piece, count: tokens, source: input, indices: nil, columns: step.tokenStrips.columns,
      into: step.tokenStrips.all.base)
  }

  /// Brings gradients and hidden units into the orders that the other products read.
  func stageForProducts() {
    step.tasks.number(groupCount) { index in
      let group = group(index)
      let networks = lane(group).networks
      let rows =
        networks.gradientStaging.keepsRows ? 0 : networks.gradientStaging.pieces(rows: group.rows)
      return rows + networks.columnStaging.pieces(columns: networks.spec.intermediate)
    }
    pool.forEach(step.tasks.count, in: self) { pass, _, task in
      let place = pass.step.tasks.place(ofTask: task)
      pass.stageForProducts(pass.group(place.group), task: place.task)
    }
  }

  private func stageForProducts(_ group: RowGroup, task: Int) {
    let lane = lane(group)
    let staging = lane.networks.gradientStaging
    let rows = staging.keepsRows ? 0 : staging.pieces(rows: group.rows)
    if task < rows {
      staging.stage(
        piece: task, of: group.rows, source: lane.rows(lane.hiddenGradient, of: group),
        indices: nil, columns: lane.hiddenGradient.columns,
        into: lane.rows(lane.hiddenStaged, of: group))
      return
    }
    lane.networks.columnStaging.stage(
      piece: task - rows, count: group.rows, source: lane.rows(lane.active, of: group),
      indices: nil, columns: lane.bank.spec.intermediate,
      into: lane.activeStrips.all[group.firstRow])
  }
}
