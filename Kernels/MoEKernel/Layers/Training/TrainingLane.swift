import LayerSpec

/// The networks that some rows go through, with their gradients and all that a backward pass has of these rows:
/// routed experts with a row for each choice, or a network that every token visits.
final class TrainingLane {
  private(set) var bank: NetworkBank
  /// Gradients of the networks, in the layout of the weights, biases among them.
  let gradients: NetworkBank
  private(set) var networks: any TrainableNetworks
  private(set) var down: any TrainableMatrices
  let gradientNetworks: any TrainableNetworks
  let gradientDown: any TrainableMatrices

  /// True when rows are brought together from tokens; else they are the input's own.
  let isGathered: Bool
  /// What stood before the activation, kept by the forward pass.
  let kept: Matrix
  /// Its gradients, row-major and staged for dX.
  let hiddenGradient: Matrix
  let hiddenStaged: Matrix
  /// Hidden units, row-major and staged for dW of down.
  let active: Matrix
  let activeStrips: Matrix
  /// Gradients of the networks' outputs, row-major and staged for hidden units.
  let outputGradient: Matrix
  let outputStaged: Matrix
  /// Input rows staged for dW of gate and up; empty where they lie elsewhere.
  let inputStrips: Matrix
  /// Gradients of input rows; empty where the pass's result has them.
  let inputGradient: Matrix
  /// Networks whose gradients are not zero.
  let isWritten: AlignedBuffer<Bool>

  init(_ bank: NetworkBank, rows: Int, engine: any Engine, isGathered: Bool) {
    self.bank = bank
    gradients = NetworkBank(zerosLike: bank, engine: engine)
    networks = Self.trainable(bank.networks)
    down = networks.trainableDown
    gradientNetworks = Self.trainable(gradients.networks)
    gradientDown = gradientNetworks.trainableDown
    self.isGathered = isGathered
    let sizes = LaneSizes(networks, rows: rows, isGathered: isGathered)
    func matrix(_ columns: Int) -> Matrix {
      Matrix(rows: columns == 0 ? 0 : rows, columns: columns)
    }
    kept = matrix(sizes.hidden)
    hiddenGradient = matrix(sizes.hidden)
    hiddenStaged = LaneSizes.staged(rows, columns: sizes.hiddenStaged)
    active = matrix(sizes.units)
    activeStrips = matrix(sizes.unitStrips)
    outputGradient = matrix(sizes.outputs)
    outputStaged = LaneSizes.staged(rows, columns: sizes.outputsStaged)
    inputStrips = matrix(sizes.inputStrips)
    inputGradient = matrix(sizes.inputGradient)
    isWritten = AlignedBuffer(count: bank.count)
  }

  private static func trainable(_ networks: any EngineNetworks) -> any TrainableNetworks {
    guard let networks = networks as? any TrainableNetworks else {
      preconditionFailure("the engine's networks have no products of a backward pass")
    }
    return networks
  }

  /// Passes go through these networks from now on, which are of the same shape.
  func use(_ bank: NetworkBank) {
    self.bank = bank
    networks = Self.trainable(bank.networks)
    down = networks.trainableDown
  }

  func scratchElements(rows: Int) -> Int {
    max(networks.backwardScratch(rows: rows), down.backwardScratch(rows: rows))
  }

  /// The rows of a group in one of the lane's matrices.
  func rows(_ matrix: Matrix, of group: RowGroup) -> Rows {
    matrix.all.part(from: group.firstRow, count: group.rows)
  }

  /// Rows that products read: the staged ones, or those that are staged nowhere.
  func staged(_ matrix: Matrix, _ plain: Matrix, of group: RowGroup) -> Rows {
    rows(matrix.columns == 0 ? plain : matrix, of: group)
  }
}

/// Columns of a lane's matrices; 0 for one that an engine needs none of.
struct LaneSizes {
  let hidden: Int
  let hiddenStaged: Int
  let units: Int
  let unitStrips: Int
  let outputs: Int
  let outputsStaged: Int
  let inputStrips: Int
  let inputGradient: Int
  private let rows: Int

  init(_ networks: any TrainableNetworks, rows: Int, isGathered: Bool) {
    self.rows = rows
    let keepsRows = networks.gradientStaging.keepsRows
    let keepsColumns = networks.columnStaging.keepsRows
    let spec = networks.spec
    hidden = networks.hiddenColumns
    hiddenStaged = keepsRows ? 0 : hidden
    units = networks.unitColumns
    unitStrips = keepsColumns ? 0 : spec.intermediate
    outputs = networks.trainableDown.gradientColumns
    outputsStaged = keepsRows ? 0 : outputs
    inputStrips = keepsColumns || !isGathered ? 0 : spec.width
    inputGradient = paddedToVector(spec.width)
  }

  /// Floats of all of them.
  var elements: Int {
    let plain = [2 * hidden, units, unitStrips, outputs, inputStrips, inputGradient]
      .map { Saturating.product(rows, $0) }
    let staged = [hiddenStaged, outputsStaged].map { Saturating.product(rows + 1, $0) }
    return Saturating.sum(plain + staged)
  }

  /// Staged rows, and one more, since products may read a little behind the last.
  static func staged(_ rows: Int, columns: Int) -> Matrix {
    Matrix(rows: columns == 0 ? 0 : rows + 1, columns: columns)
  }
}

extension NetworkBank {
  /// Networks of the same shape, all zero: where gradients go.
  convenience init(zerosLike bank: NetworkBank, engine: any Engine) {
    self.init(spec: bank.spec, count: bank.count, engine: engine, format: .f32, in: .own)
  }
}

/// Numbers the tasks of one region, some for each group of rows.
final class GroupTasks {
  private let first: AlignedBuffer<Int>
  private var groups = 0

  /// Tasks of all groups.
  private(set) var count = 0

  init(groups: Int) { first = AlignedBuffer(count: groups + 1) }

  /// Gives every group so many tasks.
  func number(_ groups: Int, _ tasks: (_ group: Int) -> Int) {
    self.groups = groups
    count = 0
    for group in 0..<groups {
      first[group] = count
      count += tasks(group)
    }
  }

  /// The group of a task, and its number among the group's.
  func place(ofTask task: Int) -> (group: Int, task: Int) {
    var (low, high) = (0, groups)
    while high - low > 1 {
      let middle = (low + high) / 2
      if first.base[middle] <= task { low = middle } else { high = middle }
    }
    return (low, task - first.base[low])
  }

  /// The number of a task among a group's; `nil` where it is another group's, or no task.
  func task(_ task: Int, inGroup group: Int) -> Int? {
    guard task < count else { return nil }
    let place = place(ofTask: task)
    return place.group == group ? place.task : nil
  }
}
