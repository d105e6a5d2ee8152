import LayerSpec

/// Rotary embeddings as configurations state them: `rope_theta` and `rope_scaling`, or `rope_parameters`, which
/// holds both since transformers 5 and may hold one object for each type of layer.
extension ConfigReader {
  /// The rotation of heads of so many elements.
  ///
  /// - Parameter isLocal: whether the layer has a window or chunks.
  func rotary(_ block: BlockForm, width: Int, isLocal: Bool) throws(ConfigError) -> RotarySpec {
    let parameters = try rotaryParameters(isLocal: isLocal)
    var scaling = try parameters.rotaryScaling(
      trainedContext: optionalNumber("max_position_embeddings"))
    // The object's own number comes first: it may differ from layer type to layer type.
    let (inside, outside) = (
      try parameters.optionalNumber("rope_theta"), try optionalNumber("rope_theta")
    )
    var base = inside ?? outside ?? Self.usualRotaryBase
    if isLocal {
      switch block.localRotation {
      case .same: break
      case .base(let key):
        if let local = try optionalNumber(key) { (base, scaling) = (local, .none) }
      case .unscaled: scaling = .none
      }
    }
    var turned = width
    switch block.rotaryPart {
    case .all: break
    case .fraction:
      let (inside, outside) = (
        try parameters.optionalNumber(Self.fractionKey), try optionalNumber(Self.fractionKey)
      )
      turned = Int(Double(width) * (inside ?? outside ?? 1))
    case .width(let key): turned = try optionalSize(key) ?? width
    }
    do {
      return try RotarySpec(width: turned, pairing: block.pairing, base: base, scaling: scaling)
    } catch LayerSpecError.oddRotaryWidth {
      let part = turned == width ? "" : ", of which \(turned) are turned"
      throw ConfigError(
        "\(place)heads have \(width) elements\(part), and rotary embedding turns pairs; give an even width"
      )
    } catch {
      throw ConfigError("\(error); check rope_theta and rope_scaling")
    }
  }

  /// The base of the first rotary models, which configurations leave out.
  private static let usualRotaryBase = 10000.0
  private static let fractionKey = "partial_rotary_factor"

  /// The object that states the scaling: `rope_scaling`, or `rope_parameters` of all layers or of this type.
  private func rotaryParameters(isLocal: Bool) throws(ConfigError) -> ConfigReader {
    if has("rope_scaling") { return try nested("rope_scaling") }
    let parameters = try nested("rope_parameters")
    let type = isLocal ? "sliding_attention" : "full_attention"
    return parameters.has(type) ? try parameters.nested(type) : parameters
  }

  /// The scaling that this object states.
  ///
  /// - Parameter trainedContext: the model's longest context, which is the trained one unless the object says
  ///   otherwise.
  private func rotaryScaling(trainedContext: Double?) throws(ConfigError) -> RotaryScaling {
    let type = try word("rope_type", "type") ?? "default"
    let own = try optionalNumber("original_max_position_embeddings")
    let context = own ?? trainedContext ?? 0
    switch type {
    case "default": return .none
    case "linear": return .linear(factor: try number("factor"))
    case "llama3":
      return .llama3(
        .init(
          factor: try number("factor"), lowTurns: try number("low_freq_factor"),
          highTurns: try number("high_freq_factor"), trainedContext: context))
    case "yarn":
      let given = try optionalNumber("factor")
      let factor = given ?? (trainedContext ?? context) / context
      let amplitude: Double =
        if let given = try optionalNumber("attention_factor") {
          given
        } else if let of = try optionalNumber("mscale"), of != 0,
          let all = try optionalNumber("mscale_all_dim"), all != 0
        {
          RotaryScaling.YaRN.mscale(factor: factor, times: of)
            / RotaryScaling.YaRN.mscale(factor: factor, times: all)
        } else {
          RotaryScaling.YaRN.mscale(factor: factor)
        }
      let (fast, slow) = (try optionalNumber("beta_fast"), try optionalNumber("beta_slow"))
      let truncates = has("truncate") ? try flag("truncate") : true
      return .yarn(
        .init(
          factor: factor, fastTurns: fast ?? 32, slowTurns: slow ?? 1, trainedContext: context,
          truncates: truncates, amplitude: amplitude))
    default:
      throw ConfigError(
        "\(place)rope_type is \"\(type)\"; blocks are computed with default, linear, llama3 and yarn"
      )
    }
  }

  /// Latent attention's further factor on scores: the square of YaRN's factor by `mscale_all_dim`, 1 without
  /// scaling (DeepSeek-V2 and -V3).
  func latentSharpening() throws(ConfigError) -> Double {
    let parameters = try rotaryParameters(isLocal: false)
    guard let type = try parameters.word("rope_type", "type"), type != "default",
      let all = try parameters.optionalNumber("mscale_all_dim"), all != 0
    else { return 1 }
    let mscale = RotaryScaling.YaRN.mscale(factor: try parameters.number("factor"), times: all)
    return mscale * mscale
  }

  /// A real number, `nil` when the configuration has none.
  func optionalNumber(_ key: String) throws(ConfigError) -> Double? {
    has(key) ? try number(key) : nil
  }
}
