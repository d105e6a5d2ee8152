import LayerSpec
import Testing
import Tile

@testable import MoEKernel

@Suite struct CeilingTests {
  @Test(arguments: Precision.allCases, [1, 2, 3])
  func workGrowsWithRoundsAndThreads(precision: Precision, threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let works = RegisterWork.strongest(precision: precision, threads: threads)
    #expect(works.count == min(2, TileLevel.supported.count))
    for work in works {
      #expect(work.run(rounds: 0, pool: pool) == 0)
      let once = work.run(rounds: 1, pool: pool)
      #expect(once > 0 && once.isMultiple(of: threads))
      #expect(work.run(rounds: 1000, pool: pool) == 1000 * once)
    }
  }

  /// Sizes that no number of threads divides.
  @Test(arguments: [1, 2, 3, 7])
  func everyByteIsReadOnceByOneThread(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let buffer = try #require(ReadBuffer(bytes: 10_000_000, pool: pool))
    #expect(buffer.bytes == 9_999_872, "whole lines of four streams: 39 062 times 256")
    #expect(buffer.read(pool: pool) == buffer.bytes)
    var end = 0
    for worker in 0..<threads {
      let part = buffer.part(of: worker, among: threads)
      #expect(part.lowerBound == end && part.count.isMultiple(of: 256) && !part.isEmpty)
      end = part.upperBound
    }
    #expect(end == buffer.bytes)
  }

  @Test func aBufferComesOutOfNoMemoryItWasNotGiven() throws {
    let pool = WorkerPool(threads: 2)
    let buffer = try #require(ReadBuffer(bytes: 512, pool: pool))
    #expect(buffer.read(pool: WorkerPool(threads: 1)) == 512, "fewer threads read all of it too")
  }
}
