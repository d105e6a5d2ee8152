import LayerSpec
import Testing
import Tile

@testable import MoEKernel

@Suite struct CeilingTests {
  @Test(arguments: [Arithmetic.f32, .bf16], [1, 2, 3])
  func workIsThatOfTheTasksWhoeverDoesThem(arithmetic: Arithmetic, threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let works = RegisterWork.strongest(arithmetic: arithmetic, threads: threads)
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
    for pattern in ReadPattern.all {
      #expect(buffer.read(pages: 0, pattern: pattern, pool: pool) == 0)
      #expect(buffer.read(pages: 3, pattern: pattern, pool: pool) == buffer.bytes)
      #expect(buffer.checksum != 0)
      // The next read begins where the last one ended, whatever page that is.
      #expect(buffer.read(pages: 1, pattern: pattern, pool: alone) == hugePageBytes)
      #expect(buffer.read(pages: 2, pattern: pattern, pool: pool) == 2 * hugePageBytes)
      #expect(buffer.checksum == 0, "read twice, every page cancels itself")
    }
  }

  /// Weights are read where they lie, and stay what they are.
  @Test func anArenaIsReadAsItIs() throws {
    let pool = WorkerPool(threads: 2)
    let arena = WeightArena(bytes: 3 * hugePageBytes, seed: 7, pool: pool)
    let buffer = try #require(ReadBuffer(arena: arena, pool: pool))
    #expect(buffer.bytes == arena.bytes && buffer.pages == 3)
    let pattern = ReadPattern.all[0]
    #expect(buffer.read(pages: 3, pattern: pattern, pool: pool) == arena.bytes)
    #expect(buffer.checksum != 0)
    _ = buffer.read(pages: 3, pattern: pattern, pool: pool)
    #expect(buffer.checksum == 0)
  }

  @Test(arguments: [1, 2])
  func tilesOfEveryNumberOfRowsDoTheirFLOPs(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    for level in TileLevel.supported {
      for format in [WeightFormat.f32, .bf16] {
        let kernels = TileKernels(level: level, format: format)
        let engine = TileEngine(level: level)
        let work = try #require(engine.makeTileWork(format: format, threads: threads))
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
    #expect(try blasEngine().tileRows(of: 13, format: .f32) == nil)
    #expect(try blasEngine().makeTileWork(format: .f32, threads: 1) == nil)
    let level = try #require(TileLevel.supported.last)
    let engine = TileEngine(level: level)
    let most = TileKernels(level: level, format: .f32).maximumRows
    #expect(engine.tileRows(of: 0, format: .f32) == [])
    #expect(engine.tileRows(of: most, format: .f32) == [most])
    #expect(
      engine.tileRows(of: most + 1, format: .f32)?.sorted() == [(most + 1) / 2, (most + 2) / 2])
  }

  @Test func noMemoryIsReadInNoTime() throws {
    let pool = WorkerPool(threads: 1)
    let buffer = try #require(ReadBuffer(bytes: 0, pool: pool))
    #expect(buffer.pages == 1, "whole huge pages, at least one")
    #expect(buffer.read(pages: 0, pattern: ReadPattern.all[0], pool: pool) == 0)
  }
}
