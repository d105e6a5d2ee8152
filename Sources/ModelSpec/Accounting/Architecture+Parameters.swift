import LayerSpec

extension DecoderLayer {
  var parameterCount: Count {
    feedForwards.reduce(Count(otherParameters)) { $0 + Count($1.parameters) }
      + (attention?.parameters ?? 0)
      + otherProjections.reduce(0) { $0 + $1.parameters }
  }

  var activeParameterCount: Count {
    feedForwards.reduce(Count(otherParameters)) { $0 + Count($1.activeParameters) }
      + (attention?.activeParameters ?? 0)
      + otherProjections.reduce(0) { $0 + $1.activeParameters }
  }

  /// Everything learned in the layer.
  public var parameters: Int { Int(parameterCount) }

  /// What one token uses of the layer.
  public var activeParameters: Int { Int(activeParameterCount) }
}

extension Architecture {
  /// Everything learned, tied matrices once; agrees with `sum(p.numel())` of the reference model.
  public var totalParameters: Int { Int(parameterCount) }

  /// What one token uses: every layer's active part, the norms and the head.
  ///
  /// Of the embedding tables one token reads a row, which no product touches; they are left out.
  /// A tied embedding counts once, as the head. Vendors' figures often include the embedding.
  public var activeParameters: Int {
    Int(
      layers.reduce(surroundingCount + headCount) { $0 + $1.activeParameterCount })
  }

  /// Everything learned in routed experts.
  public var routedExpertParameters: Int {
    Int(
      layers.reduce(Count(0)) { sum, layer in
        layer.feedForwards.reduce(sum) { sum, network in
          guard case .sparse(let spec) = network else { return sum }
          return sum + Count(spec.routedExpertParameters)
        }
      })
  }

  var parameterCount: Count {
    let embedding = tiedEmbeddings ? 0 : Count(vocabulary) * Count(hidden)
    let tables = surroundings.tables.reduce(Count(0)) { $0 + Count($1.rows) * Count($1.columns) }
    return layers.reduce(embedding + tables + surroundingCount + headCount) {
      $0 + $1.parameterCount
    }
  }

  private var headCount: Count {
    Count(vocabulary) * Count(hidden) + Count(surroundings.headHasBias ? vocabulary : 0)
  }

  private var surroundingCount: Count {
    surroundings.projections.reduce(Count(surroundings.otherParameters)) { $0 + $1.parameters }
  }
}
