import Testing

@testable import MoEKernel

@Suite struct MemoryReserveTests {
  private let page = 2 << 20

  private func range(pages: Int) -> ReservedRange { ReservedRange(page..<(page + pages * page)) }

  @Test func partsFollowEachOther() {
    var range = range(pages: 4)
    let addresses = [1, page + 1, page, 1].map { range.take(bytes: $0)?.address }
    #expect(addresses == [page, 2 * page, 4 * page, nil])
  }

  @Test func whatIsLargerThanAnyFreePartIsNotGiven() {
    var range = range(pages: 2)
    let part = range.take(bytes: 2 * page + 1)
    #expect(part == nil)
  }

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1]])
  func partsGivenBackInAnyOrderJoin(order: [Int]) {
    var range = range(pages: 3)
    let parts = (0..<3).compactMap { _ in range.take(bytes: page)?.address }
    for index in order { range.give(address: parts[index], bytes: page) }
    let whole = range.take(bytes: 3 * page)
    #expect(whole?.address == page)
  }

  @Test func usedMemoryIsToldFromFresh() throws {
    var range = range(pages: 3)
    let taken = range.take(bytes: page)
    let first = try #require(taken)
    #expect(first.usedBytes == 0)
    range.give(address: first.address, bytes: page)
    let again = range.take(bytes: 2 * page)
    #expect(again?.usedBytes == page)
  }

  /// Buffers start as zeros, in fresh memory and in memory that was used before.
  @Test func buffersStartAsZeros() {
    MemoryReserve.reserve(bytes: 4 * page)
    for _ in 0..<2 {
      let buffer = AlignedBuffer<Float>(count: page / 4)
      #expect(Int(bitPattern: buffer.base) % page == 0)
      #expect((0..<buffer.count).allSatisfy { buffer[$0] == 0 })
      for index in 0..<buffer.count { buffer[index] = 1 }
    }
  }
}
