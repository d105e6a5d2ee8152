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

  /// All parameters of the layer, those of every expert included.
  public var parameters: Int { Int(parameterCount) }

  /// Parameters that one token uses: of the routed experts only the K that it is sent to.
  public var activeParameters: Int { Int(activeParameterCount) }
}

extension Architecture {
  /// All parameters, tied matrices counted once; agrees with `sum(p.numel())` of the reference
  /// model.
  public var totalParameters: Int { Int(parameterCount) }

  /// Parameters that one token uses: every layer's active part, the norms and the head.
  ///
  /// Embedding tables are left out: one token reads a row of them, and no product uses it. A tied
  /// embedding counts once, as the head. Vendors' figures often include the embedding.
  public var activeParameters: Int {
    Int(
      layers.reduce(surroundingCount + headCount) { $0 + $1.activeParameterCount })
  }

  /// Parameters of all routed experts of all layers; routers and shared experts are not among them.
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
