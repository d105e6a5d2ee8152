import Tile

/// Products of an engine's tiles whose operands stay in a cache: their speed is what tiles of so many rows
/// can reach, when neither memory nor anything else is in the way.
///
/// It is the ceiling of an engine for experts of few rows: a product of one row has too few accumulators to
/// keep the FMA units busy, and one of the largest tile nearly fills them.
public protocol TileWork: AnyObject {
  /// The most rows of a tile; `run` takes every number from 1 to this.
  var mostRows: Int { get }

  /// Does tasks of equal work, shared out as a layer's are, on all threads of the pool.
  ///
  /// - Parameters:
  ///   - rows: of each tile, 1 to `mostRows`.
  ///   - tasks: each long against taking it, some tens of microseconds.
  /// - Returns: FLOPs done by all threads together.
  func run(rows: Int, tasks: Int, pool: WorkerPool) -> Int
}

/// Products of one panel with one tile that both stay in the worker's L2 cache.
final class PanelTileWork: TileWork {
  let mostRows: Int

  private let kernels: TileKernels
  private let threads: Int
  private let panels: WorkerMemory<UInt8>
  private let tiles: WorkerMemory<UInt8>
  private let blocks: WorkerMemory<Float>

  /// Inputs of the product: the panel takes 128 KiB at the most, which an L2 cache holds beside the tile of
  /// at most 48 KiB, and the loop over them is long against its ends, as in the layers that are measured.
  private static let depth = 1024

  /// Rows that one task multiplies, or a few less where tiles do not divide them, so that tasks of all tiles
  /// do about equal work: 3.1 MFLOP with 512-bit vectors, 13 µs at 240 GFLOP/s, long against taking a task
  /// and short against a slice that is measured.
  private static let rowsPerTask = 48

  /// Any weight and activation will do that is no denormal number and whose sums do not overflow.
  private static let element: Float = 0.5

  /// The work of some kernels.
  ///
  /// - Parameter threads: the most that will ever work at once.
  init(_ kernels: TileKernels, threads: Int) {
    precondition(threads >= 1, "\(threads) threads")
    self.kernels = kernels
    mostRows = kernels.maximumRows
    self.threads = threads
    panels = WorkerMemory(workers: threads, count: kernels.panelBytes(depth: Self.depth))
    tiles = WorkerMemory(
      workers: threads,
      count: kernels.tileBytes(rows: kernels.maximumRows, depth: Self.depth))
    blocks = WorkerMemory(workers: threads, count: kernels.blockCapacity)
    let elements = Matrix(
      rows: kernels.maximumRows, columns: Self.depth,
      elements: [Float](repeating: Self.element, count: kernels.maximumRows * Self.depth))
    withExtendedLifetime(elements) {
      let rows = elements.all
      for worker in 0..<threads {
        for column in 0..<kernels.panelWidth {
          kernels.packOutput(rows[0], depth: Self.depth, column: column, panel: panel(worker))
        }
        kernels.packTile(
          source: rows.base, stride: rows.stride, rows: kernels.maximumRows, depth: Self.depth,
          tile: tile(worker))
      }
    }
  }

  private func panel(_ worker: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(panels[worker])
  }

  private func tile(_ worker: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(tiles[worker])
  }

  /// All elements are equal, so that a tile of the most rows begins with one of fewer.
  func run(rows: Int, tasks: Int, pool: WorkerPool) -> Int {
    precondition(rows >= 1 && rows <= mostRows, "tiles of 1 to \(mostRows) rows, not \(rows)")
    precondition(pool.threads <= threads, "more threads than were announced")
    let products = Self.rowsPerTask / rows
    pool.forEach(tasks) { worker, _ in
      for _ in 0..<products {
        kernels.multiply(
          panel: panel(worker), tile: tile(worker), steps: kernels.steps(depth: Self.depth),
          rows: rows, block: blocks[worker])
      }
    }
    return tasks * products * 2 * rows * kernels.panelWidth * Self.depth
  }
}
