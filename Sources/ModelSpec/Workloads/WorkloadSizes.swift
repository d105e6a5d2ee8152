/// The sizes of the passes that are measured: every combination is a pass of its own.
public struct WorkloadSizes: Hashable, Sendable {
  /// T, tokens of a pass.
  public var tokens: [Int]
  /// B, sequences that are decoded together.
  public var sequences: [Int]
  /// C, tokens already in each sequence's cache.
  public var context: [Int]
  /// P, processes that share one layer.
  public var ranks: [Int]

  /// Lists of sizes; those that a kind of pass does not have keep their defaults.
  public init(tokens: [Int], sequences: [Int] = [1], context: [Int] = [0], ranks: [Int] = [1]) {
    self.tokens = tokens
    self.sequences = sequences
    self.context = context
    self.ranks = ranks
  }

  /// The values of one size, in the order given.
  public subscript(size: Workload.Size) -> [Int] {
    switch size {
    case .tokens: tokens
    case .sequences: sequences
    case .context: context
    case .ranks: ranks
    }
  }

  /// The sizes that were asked for: those with another value than that of absence.
  public var given: [Workload.Size] {
    Workload.Size.allCases.filter { self[$0] != [$0.absent] }
  }

  /// Every combination as a pass, none before one that it exceeds.
  public func workloads(_ kind: WorkloadKind) -> [Workload] {
    ranks.sorted().flatMap { ranks in
      context.sorted().flatMap { context in
        sequences.sorted().flatMap { sequences in
          tokens.sorted().map {
            Workload(kind, tokens: $0, sequences: sequences, context: context, ranks: ranks)
          }
        }
      }
    }
  }

  /// A pass with the largest of every size, which is not smaller than any of them.
  public func largest(_ kind: WorkloadKind) -> Workload {
    Workload(
      kind, tokens: tokens.max() ?? 0, sequences: sequences.max() ?? 1,
      context: context.max() ?? 0, ranks: ranks.max() ?? 1)
  }
}
