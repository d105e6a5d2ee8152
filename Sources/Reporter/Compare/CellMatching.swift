import ModelSpec

/// Finds the cells of two records that measure the same.
struct CellPairing {
  /// One cell in both records.
  struct Pair {
    let id: String
    let base: Cell
    let head: Cell
  }

  /// Cells in both records, in the order of HEAD.
  let pairs: [Pair]
  /// Ids of cells that only BASE holds.
  let onlyInBase: [String]
  /// Ids of cells that only HEAD holds.
  let onlyInHead: [String]

  init(base: [Cell], head: [Cell]) {
    let before = Self.named(base)
    let after = Self.named(head)
    let cells = Dictionary(uniqueKeysWithValues: before)
    pairs = after.compactMap { id, cell in
      cells[id].map { Pair(id: id, base: $0, head: cell) }
    }
    let shared = Set(pairs.map(\.id))
    onlyInBase = before.map(\.0).filter { !shared.contains($0) }
    onlyInHead = after.map(\.0).filter { !shared.contains($0) }
  }

  /// Cells with ids that are unique in their record: what is measured twice is numbered.
  private static func named(_ cells: [Cell]) -> [(String, Cell)] {
    var seen: [String: Int] = [:]
    var taken: Set<String> = []
    return cells.map { cell in
      var id = cell.id
      repeat {
        seen[cell.id, default: 0] += 1
        let number = seen[cell.id, default: 1]
        if number > 1 { id = "\(cell.id)#\(number)" }
      } while !taken.insert(id).inserted
      return (id, cell)
    }
  }
}

extension Cell {
  /// What the cell measures, in one word:
  /// `mixtral-8x7b/llama2-70b/ffn-forward/16-tokens/uniform/tile/f32/2-threads`.
  var id: String { "\(candidate)/\(baseline)/\(conditions.id)" }
}
