import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// Queries in the order of attention's tasks, against the rows that each task has.
@Suite struct QueryTilesTests {
  /// Tokens of less than one task and of several, groups whose tiles end within a token and that are larger than a
  /// task, and keys that fill no panel.
  @Test(arguments: [(heads: 4, group: 1), (6, 3), (7, 7), (40, 20), (130, 130)], [5, 64, 100])
  func eachTileHasItsRows(shape: (heads: Int, group: Int), keyWidth: Int) throws {
    for level in TileLevel.supported {
      let kernels = TileKernels(level: level, format: .f32)
      let spec = try SelfAttentionSpec(
        hidden: 8, heads: shape.heads, keyValueHeads: shape.heads / shape.group,
        keyWidth: keyWidth, valueWidth: 8, rotary: nil, scale: 1)
      let spans = [(0, 1), (1, 37), (38, 2)].map {
        AttentionCore.Span(sequence: 0, firstRow: $0.0, tokens: $0.1, position: 0)
      }
      let memory = Matrix(rows: 40, columns: QueryTiles.columns(spec, kernels))
      memory.all.base.update(repeating: .nan, count: 40 * memory.columns)
      let tiles = QueryTiles(spec, kernels, in: memory)
      func query(_ row: Int, _ head: Int, _ element: Int) -> Float {
        Float((row * shape.heads + head) * 128 + element)
      }
      for span in spans {
        for token in 0..<span.tokens {
          let row = (0..<shape.heads).flatMap { head in
            (0..<keyWidth).map { query(span.firstRow + token, head, $0) }
          }
          tiles.store(row, token: token, of: span)
        }
      }
      let tokensPerTask = AttentionCore.tokensPerTask(kernels, group: shape.group)
      for span in spans {
        for first in stride(from: 0, to: span.tokens, by: tokensPerTask) {
          let tokens = first..<min(first + tokensPerTask, span.tokens)
          for head in 0..<spec.keyValueHeads {
            let start = tiles.start(tokens, head: head, of: span)
            let rows = tokens.count * shape.group
            for tile in 0..<kernels.tiles(rows: rows) {
              let own = kernels.tileRows(tile, of: rows)
              let factors = tiles.tile(firstRow: own.lowerBound, rows: own.count, from: start)
              let width = kernels.panelWidth
              let matches = own.allSatisfy { row in
                (0..<kernels.panels(outputs: keyWidth) * width).allSatisfy { element in
                  let place =
                    element / width * factors.stride + (row - own.lowerBound) * width
                    + element % width
                  let expected =
                    element < keyWidth
                    ? query(
                      span.firstRow + first + row / shape.group,
                      head * shape.group + row % shape.group, element) : 0
                  return factors.base[place] == expected
                }
              }
              #expect(matches, "\(level): tokens \(tokens), head \(head), tile \(tile)")
            }
          }
        }
      }
      withExtendedLifetime(memory) {}
    }
  }
}
