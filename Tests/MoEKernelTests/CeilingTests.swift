import LayerSpec
import Testing
import Tile

@testable import MoEKernel

@Suite struct CeilingTests {
  @Test(arguments: Precision.allCases, [1, 2, 3])
  func workIsThatOfTheTasksWhoeverDoesThem(precision: Precision, threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let works = RegisterWork.strongest(precision: precision, threads: threads)
    #expect(works.count == min(2, TileLevel.supported.count))
    for work in works {
      #expect(work.run(tasks: 0, pool: pool) == 0)
      let once = work.run(tasks: 1, pool: pool)
      #expect(once > 0)
      #expect(work.run(tasks: 7, pool: pool) == 7 * once)
    }
  }

  /// `TileLevelTests` shows that a task reads all of its words; here, that all tasks are done, once.
  @Test(arguments: [1, 2, 3])
  func everyHugePageIsReadOnceWhoeverReadsIt(threads: Int) throws {
    let alone = WorkerPool(threads: 1)
    let pool = WorkerPool(threads: threads)
    let buffer = try #require(ReadBuffer(bytes: 5_000_000, pool: pool))
    #expect(buffer.bytes == 3 * hugePageBytes, "whole huge pages")
    #expect(buffer.read(pool: pool) == buffer.bytes)
    #expect(buffer.checksum != 0)
    #expect(buffer.read(pool: alone) == buffer.bytes)
    #expect(buffer.checksum == 0, "read twice, every page cancels itself")
  }

  @Test(arguments: [1, 2])
  func tilesOfEveryNumberOfRowsDoTheirFLOPs(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    for level in TileLevel.supported {
      for precision in Precision.allCases {
        let kernels = TileKernels(level: level, precision: precision)
        let engine = Engine.tile(TileEngine(level: level, precision: precision))
        let work = try #require(TileWork(engine: engine, threads: threads))
        #expect(work.mostRows == kernels.maximumRows)
        for rows in 1...work.mostRows {
          #expect(work.run(rows: rows, tasks: 0, pool: pool) == 0)
          // A task multiplies 48 rows of 1024 inputs with a panel, or as many as fill whole tiles.
          let perTask = 48 / rows * rows * 2 * kernels.panelWidth * 1024
          #expect(work.run(rows: rows, tasks: 3, pool: pool) == 3 * perTask)
        }
      }
    }
  }

  @Test func rowsAreCutAsTheEngineCutsThem() throws {
    #expect(try blasEngine().tileRows(of: 13) == nil)
    #expect(TileWork(engine: try blasEngine(), threads: 1) == nil)
    let level = try #require(TileLevel.supported.last)
    let engine = Engine.tile(TileEngine(level: level, precision: .f32))
    let most = TileKernels(level: level, precision: .f32).maximumRows
    #expect(engine.tileRows(of: 0) == [])
    #expect(engine.tileRows(of: most) == [most])
    #expect(engine.tileRows(of: most + 1)?.sorted() == [(most + 1) / 2, (most + 2) / 2])
  }

  @Test func noMemoryIsReadInNoTime() throws {
    let pool = WorkerPool(threads: 1)
    #expect(try #require(ReadBuffer(bytes: 0, pool: pool)).read(pool: pool) == 0)
  }
}
