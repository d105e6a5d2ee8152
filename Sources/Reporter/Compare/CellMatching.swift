import ModelSpec

/// Finds the cells of two records that measure the same pairing under the same conditions.
struct CellMatching {
  /// One cell as both records hold it.
  struct Match {
    /// The id of both cells, with a number where a record measures the same several times.
    let id: String
    let base: Cell
    let head: Cell
  }

  /// Cells in both records, in the order of HEAD.
  let matches: [Match]
  /// Ids of cells that only BASE holds.
  let onlyInBase: [String]
  /// Ids of cells that only HEAD holds.
  let onlyInHead: [String]

  init(base: [Cell], head: [Cell]) {
    let before = Self.named(base)
    let after = Self.named(head)
    let cells = Dictionary(uniqueKeysWithValues: before)
    matches = after.compactMap { id, cell in
      cells[id].map { Match(id: id, base: $0, head: cell) }
    }
    let shared = Set(matches.map(\.id))
    onlyInBase = before.map(\.0).filter { !shared.contains($0) }
    onlyInHead = after.map(\.0).filter { !shared.contains($0) }
  }

  /// Cells with ids that are unique in their record: what is measured twice is numbered.
  static func named(_ cells: [Cell]) -> [(String, Cell)] {
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
  /// The pairing and the conditions in one word:
  /// `mixtral-8x7b/llama2-70b/ffn-forward/16-tokens/uniform/tile/f32/2-threads`.
  var id: String { "\(candidate)/\(baseline)/\(conditions.id)" }
}

extension UnmeasuredCell {
  /// The id that the cell would have with times.
  var id: String { "\(candidate)/\(baseline)/\(conditions.id)" }

  /// How it ended, and why: `failed, the output of … is off by …`.
  var ending: String {
    let status = status.rawValue.isEmpty ? "not measured" : status.rawValue
    return reason.map { "\(status), \(Escaping.sentence($0))" } ?? status
  }
}
