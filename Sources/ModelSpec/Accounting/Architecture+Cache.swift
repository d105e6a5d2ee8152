/// Elements that one sequence keeps between two steps of decoding.
public struct CacheElements: Hashable, Sendable {
  /// Layers that keep the same, with what each keeps after the context, most first.
  public var layers: [Group]
  /// Tokens that the sequence has.
  public var context: Int

  /// Equal layers.
  public struct Group: Hashable, Sendable {
    /// How many layers there are of the kind.
    public var count: Int
    /// What one of them keeps of its earlier tokens.
    public var caches: [AttentionSpec.Cache]
    /// Elements of its recurrence's state, 0 where it has none.
    public var state: Int

    /// Elements that one such layer keeps after `context` tokens.
    public func elements(context: Int) -> Count {
      caches.reduce(Count(state)) { $0 + $1.elements(context: context) }
    }

    /// Elements that one more token adds to one such layer where nothing bounds its past; `nil` where that
    /// depends on the token.
    public var elementsPerToken: Int? {
      guard state == 0, caches.allSatisfy({ $0.window == nil && $0.tokensPerEntry == 1 }) else {
        return nil
      }
      return caches.reduce(0) { $0 + $1.elements }
    }
  }

  /// Elements that one more token adds in all layers; `nil` where that depends on the token.
  public var elementsPerToken: Int? {
    var sum = 0
    for group in layers {
      guard let elements = group.elementsPerToken else { return nil }
      sum += group.count * elements
    }
    return sum
  }

  /// Elements of all layers.
  public var total: Count {
    layers.reduce(0) { $0 + Count($1.count) * $1.elements(context: context) }
  }
}

extension Architecture {
  /// What one sequence of `context` tokens keeps: keys and values or what they are made of, states of
  /// recurrences, the last inputs of short convolutions.
  ///
  /// Of a window as many tokens are kept as it has, of a chunk at most as many as it has. Layers that use
  /// another one's keys keep nothing. DeepSeek-V3 keeps 61 · 576 = 35 136 elements a token.
  ///
  /// - Precondition: `context` is not negative.
  public func cacheElements(context: Int) -> CacheElements {
    var groups: [CacheElements.Group] = []
    for attention in layers.compactMap(\.attention) {
      let state = attention.state.map { $0.heads * $0.keyWidth * $0.valueWidth } ?? 0
      guard state > 0 || !attention.caches.isEmpty else { continue }
      let group = CacheElements.Group(count: 1, caches: attention.caches, state: state)
      if let known = groups.firstIndex(where: {
        $0.caches == group.caches && $0.state == group.state
      }) {
        groups[known].count += 1
      } else {
        groups.append(group)
      }
    }
    return CacheElements(
      layers: groups.sorted {
        Count($0.count) * $0.elements(context: context)
          > Count($1.count) * $1.elements(context: context)
      }, context: context)
  }
}

extension CacheElements {
  /// The same with all `count` layers as the one that keeps most: the model without what it saves by.
  func everyLayerAttending(count: Int) -> CacheElements {
    guard
      let full = layers.max(by: { $0.elements(context: context) < $1.elements(context: context) })
    else { return self }
    var group = full
    group.count = count
    return CacheElements(layers: [group], context: context)
  }
}
