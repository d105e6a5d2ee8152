import LayerSpec

/// The tensors of one layer, with a tally of those not read yet.
struct LayerTensors {
  private let file: SafetensorsFile
  private let prefix: String
  private var untouched: Set<String>

  /// Every tensor of the file whose name starts with `prefix`.
  init(file: SafetensorsFile, prefix: String) {
    self.file = file
    self.prefix = prefix
    self.untouched = Set(file.tensors.lazy.map(\.name).filter { $0.hasPrefix(prefix) })
  }

  /// Names of the tensors that nobody asked for, sorted.
  var unread: [String] { untouched.sorted() }

  /// True when the layer has a tensor of this name, which is relative to its prefix.
  func contains(_ name: String) -> Bool { file[prefix + name] != nil }

  /// The whole tensor under the first of the names that exists.
  mutating func floats(_ names: [String], shape: [Int]) throws(CheckpointError) -> [Float] {
    let name = names.first(where: contains) ?? names[0]
    try claim(name, shape: shape)
    return try file.floats(prefix + name)
  }

  /// A part of a tensor that was claimed, counted row-major.
  func floats(_ name: String, elements: Range<Int>) throws(CheckpointError) -> [Float] {
    try file.floats(prefix + name, elements: elements)
  }

  /// Checks a tensor's shape and takes it off the list of `unread` ones.
  mutating func claim(_ name: String, shape: [Int]) throws(CheckpointError) {
    let fullName = prefix + name
    guard let tensor = file[fullName] else { throw .missingTensor(fullName, shape: shape) }
    // A single row is stored as a matrix by some families and as a vector by others.
    guard tensor.shape.drop(while: { $0 == 1 }) == shape.drop(while: { $0 == 1 }) else {
      throw .wrongShape(tensor: fullName, found: tensor.shape, expected: shape)
    }
    untouched.remove(fullName)
  }

  /// One network whose matrices are separate tensors: `<stem>.<projection>.weight`.
  mutating func network(
    _ spec: FeedForwardSpec, _ stem: String, _ names: ProjectionNames
  ) throws(CheckpointError) -> FeedForwardWeights {
    let (width, intermediate) = (spec.width, spec.intermediate)
    let inputShape = [intermediate, width]
    var weights = FeedForwardWeights(
      gate: spec.isGated ? try floats(["\(stem).\(names.gate).weight"], shape: inputShape) : nil,
      up: try floats(["\(stem).\(names.up).weight"], shape: inputShape),
      down: try floats(["\(stem).\(names.down).weight"], shape: [width, intermediate]))
    if spec.hasBias {
      if spec.isGated {
        weights.gateBias = try floats(["\(stem).\(names.gate).bias"], shape: [intermediate])
      }
      weights.upBias = try floats(["\(stem).\(names.up).bias"], shape: [intermediate])
      weights.downBias = try floats(["\(stem).\(names.down).bias"], shape: [width])
    }
    return weights
  }
}
