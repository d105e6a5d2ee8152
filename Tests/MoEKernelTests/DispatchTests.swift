import Testing

@testable import MoEKernel

@Suite struct DispatchTests {
  private func sort(_ chosen: [Int32], experts: Int, topK: Int) -> RowDispatch {
    let dispatch = RowDispatch(experts: experts, topK: topK, maxTokens: chosen.count / topK)
    var chosen = chosen
    dispatch.sort(&chosen, tokens: chosen.count / topK)
    return dispatch
  }

  /// Three tokens, two choices each; 4 and 5 are identity experts.
  @Test func sortsByExpertAndKeepsTheOrderOfTokens() {
    let dispatch = sort([0, 2, 2, 4, 0, 5], experts: 4, topK: 2)
    #expect((0..<4).map { dispatch.counts[$0] } == [2, 0, 2, 0])
    #expect((0..<6).map { dispatch.rowOfSlot[$0] } == [0, 2, 3, -1, 1, -1])
    #expect((0..<4).map { dispatch.slotOfRow[$0] } == [0, 4, 1, 2])
  }

  @Test func theLargestExpertComesFirst() {
    let dispatch = sort([3, 1, 3, 0, 3, 1], experts: 4, topK: 1)
    dispatch.formGroups(residentExperts: 2)
    let groups = (0..<dispatch.groupCount).map { dispatch.groups[$0] }
    #expect(groups.map(\.rows) == [3, 2, 1])
    #expect(groups.map(\.network) == [1, 1, 0])
    #expect(groups.map(\.firstRow) == [3, 1, 0])
  }

  @Test(arguments: [0, 1, 2, 7, 8], [false, true])
  func everyTicketIsAnotherTask(tasks: Int, alternates: Bool) {
    let dispatch = sort([0], experts: 1, topK: 1)
    dispatch.alternatesEnds = alternates
    let places = (0..<tasks).map { dispatch.place(ofTicket: $0, among: tasks) }
    #expect(places.sorted() == Array(0..<tasks))
    if alternates && tasks > 2 { #expect(places.prefix(3) == [0, tasks - 1, 1]) }
  }

  @Test func knowsItsLargestAndSmallestGroup() {
    let dispatch = sort([3, 1, 3, 0, 3, 1], experts: 4, topK: 1)
    #expect(dispatch.mostRows == 0 && dispatch.fewestRows == 0)
    dispatch.formGroups(residentExperts: 4)
    #expect(dispatch.mostRows == 3 && dispatch.fewestRows == 1)
    dispatch.append(lane: 1, network: 0, firstRow: 0, rows: 6)
    #expect(dispatch.mostRows == 6 && dispatch.fewestRows == 1)
  }

  @Test(arguments: [1, 2, 5, 40, 41, 200])
  func groupsAreSortedHoweverMany(experts: Int) {
    var numbers = TestNumbers(seed: 8)
    let chosen = numbers.take(500).map { Int32(($0 + 1) / 2 * Float(experts)) }
    let dispatch = sort(chosen.map { min($0, Int32(experts - 1)) }, experts: experts, topK: 1)
    dispatch.formGroups(residentExperts: experts)
    let rows = (0..<dispatch.groupCount).map { dispatch.groups[$0].rows }
    #expect(rows == rows.sorted(by: >))
    #expect(rows.reduce(0, +) == 500)
    #expect(rows.allSatisfy { $0 > 0 })
  }

  /// Every task of both stages belongs to the group that it was numbered for.
  @Test func tasksFindTheirGroups() {
    let dispatch = sort([0, 1, 2, 2, 2, 1], experts: 3, topK: 1)
    dispatch.formGroups(residentExperts: 3)
    dispatch.append(lane: 1, network: 0, firstRow: 0, rows: 6)
    dispatch.numberTasks { (hidden: $0.rows, output: 1) }
    #expect(dispatch.hiddenTasks == 12)
    #expect(dispatch.outputTasks == 4)
    let rows = (0..<12).map { dispatch.group(ofHiddenTask: $0).rows }
    #expect(rows == [3, 3, 3, 2, 2, 1, 6, 6, 6, 6, 6, 6])
    #expect((0..<4).map { dispatch.group(ofOutputTask: $0).rows } == [3, 2, 1, 6])
  }

  @Test func noTokens() {
    let dispatch = sort([], experts: 3, topK: 2)
    dispatch.formGroups(residentExperts: 3)
    #expect(dispatch.groupCount == 0)
    #expect((0..<3).map { dispatch.counts[$0] } == [0, 0, 0])
  }
}
