import LayerSpec

/// Rows that go through one network, and where its tasks begin in the lists of tasks.
struct RowGroup: BitwiseCopyable {
  /// Whose network it is, and so in which bank and buffers: 0 for routed experts, 1 for the shared expert.
  var lane: Int32
  /// The network's index in its bank: the expert's id, modulo the experts that are resident.
  var network: Int32
  /// The group's first row in the lane's buffers.
  var firstRow: Int
  /// Rows that the network multiplies, at least 1: the tokens that chose the expert, or all for the shared one.
  var rows: Int
  /// Where this group's hidden blocks begin among all tasks of the first stage.
  var firstHiddenTask: Int
  /// Where this group's output blocks begin among all tasks of the second stage.
  var firstOutputTask: Int
}

/// Which rows go where: the (token, expert) pairs sorted by expert.
///
/// With the rows of an expert side by side its weights come from memory once a pass, however many tokens
/// share it; a pass that went token by token would read them again for each.
///
/// A counting sort: one walk to count, one over the experts for the offsets, one to place. It takes
/// T·K + E steps on one thread, less than waking another, and is stable, so that rows of an expert are in
/// order of token and a sum never depends on how the sort went.
final class RowDispatch {
  /// Tokens that chose each of the E computing experts.
  let counts: AlignedBuffer<Int32>
  /// The row of each (token, slot), by which the combine finds it, or -1 for an identity expert.
  let rowOfSlot: AlignedBuffer<Int32>
  /// The (token, slot) of each row, as token·K + slot, by which a row finds its weight.
  let slotOfRow: AlignedBuffer<Int32>
  /// The token of each row: the indices of the gather.
  let tokenOfRow: AlignedBuffer<Int32>
  /// Groups of at least one row, most rows first; the shared expert's stands behind the others.
  let groups: AlignedBuffer<RowGroup>
  private(set) var groupCount = 0
  private(set) var hiddenTasks = 0
  private(set) var outputTasks = 0
  /// True when threads take tasks from both ends of the lists by turns.
  ///
  /// An expert of many rows computes, one of few waits for memory. Taken in order, all threads would
  /// first do the one and then the other; by turns they use both at once (2 threads, 64 experts, 256
  /// tokens, busiest expert 6 times the mean: 1 to 6 % faster).
  var alternatesEnds = false

  private let offsets: AlignedBuffer<Int32>
  private let experts: Int
  private let topK: Int

  init(experts: Int, topK: Int, maxTokens: Int) {
    self.experts = experts
    self.topK = topK
    counts = AlignedBuffer(count: experts)
    offsets = AlignedBuffer(count: experts)
    rowOfSlot = AlignedBuffer(count: maxTokens * topK)
    slotOfRow = AlignedBuffer(count: maxTokens * topK)
    tokenOfRow = AlignedBuffer(count: maxTokens * topK)
    groups = AlignedBuffer(count: min(experts, maxTokens * topK) + 1)
  }

  /// Sorts the choices of `tokens` tokens, K ids each.
  func sort(_ chosen: UnsafeMutablePointer<Int32>, tokens: Int) {
    let slots = tokens * topK
    let (counts, offsets) = (self.counts.base, self.offsets.base)
    counts.update(repeating: 0, count: experts)
    for slot in 0..<slots where Int(chosen[slot]) < experts { counts[Int(chosen[slot])] &+= 1 }
    var next: Int32 = 0
    for expert in 0..<experts {
      offsets[expert] = next
      next &+= counts[expert]
    }
    for slot in 0..<slots {
      let expert = Int(chosen[slot])
      guard expert < experts else {
        rowOfSlot.base[slot] = -1
        continue
      }
      let row = offsets[expert]
      offsets[expert] = row &+ 1
      rowOfSlot.base[slot] = row
      slotOfRow.base[Int(row)] = Int32(truncatingIfNeeded: slot)
      tokenOfRow.base[Int(row)] = Int32(truncatingIfNeeded: slot / topK)
    }
    groupCount = 0
    hiddenTasks = 0
    outputTasks = 0
    alternatesEnds = false
  }

  /// Makes one group of every expert that has rows, largest first.
  ///
  /// The last tasks to be taken are then small, and no thread waits longer for another than such a task
  /// takes (Graham 1969, SIAM Journal on Applied Mathematics 17, 416).
  func formGroups(residentExperts: Int) {
    var firstRow = 0
    for expert in 0..<experts {
      let rows = Int(counts.base[expert])
      if rows > 0 {
        append(lane: 0, network: expert % residentExperts, firstRow: firstRow, rows: rows)
      }
      firstRow += rows
    }
    sortGroupsByRows()
  }

  /// Adds a group behind the others, for which there is room: one for each expert and one more.
  func append(lane: Int, network: Int, firstRow: Int, rows: Int) {
    groups[groupCount] = RowGroup(
      lane: Int32(lane), network: Int32(network), firstRow: firstRow, rows: rows,
      firstHiddenTask: 0, firstOutputTask: 0)
    groupCount += 1
  }

  /// Numbers the tasks of both stages, given how many blocks a group is cut into.
  func numberTasks(_ blocks: (RowGroup) -> (hidden: Int, output: Int)) {
    for index in 0..<groupCount {
      groups.base[index].firstHiddenTask = hiddenTasks
      groups.base[index].firstOutputTask = outputTasks
      let count = blocks(groups.base[index])
      hiddenTasks += count.hidden
      outputTasks += count.output
    }
  }

  /// Rows of the largest group, the shared expert's included; 0 without any.
  var mostRows: Int {
    // A shared expert's group is behind the others, and has as many rows as there are tokens.
    groupCount == 0 ? 0 : max(groups.base[0].rows, groups.base[groupCount - 1].rows)
  }

  /// Rows of the smallest group of a routed expert, 0 without any.
  var fewestRows: Int {
    guard groupCount > 0 else { return 0 }
    let last = groups.base[groupCount - 1]
    return last.lane == 0 || groupCount == 1 ? last.rows : groups.base[groupCount - 2].rows
  }

  /// The task that is taken `ticket`-th of `tasks`: the same number, or one from either end by turns.
  func place(ofTicket ticket: Int, among tasks: Int) -> Int {
    guard alternatesEnds else { return ticket }
    return ticket & 1 == 0 ? ticket / 2 : tasks - 1 - ticket / 2
  }

  /// The group that a task of the first stage belongs to: the last whose first task is not beyond it.
  func group(ofHiddenTask task: Int) -> RowGroup {
    lastGroup { groups.base[$0].firstHiddenTask <= task }
  }

  /// The group that a task of the second stage belongs to.
  func group(ofOutputTask task: Int) -> RowGroup {
    lastGroup { groups.base[$0].firstOutputTask <= task }
  }

  /// Binary search for the last group with `isBefore`; the first always has it.
  ///
  /// A task is long against the seven or so steps of this, so that no list of tasks need be written.
  @inline(__always)
  private func lastGroup(_ isBefore: (Int) -> Bool) -> RowGroup {
    var (low, high) = (0, groupCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if isBefore(middle) { low = middle } else { high = middle }
    }
    return groups.base[low]
  }

  /// Shell sort with Knuth's gaps (1, 4, 13, 40 …): in place, and fast enough for at most E groups.
  ///
  /// The order of equal groups is not the first one, but it is the same every time.
  private func sortGroupsByRows() {
    let groups = self.groups.base
    var gap = 1
    while gap < groupCount / 3 { gap = 3 * gap + 1 }
    while gap > 0 {
      for next in gap..<max(groupCount, gap) {
        let moving = groups[next]
        var place = next
        while place >= gap && groups[place - gap].rows < moving.rows {
          groups[place] = groups[place - gap]
          place -= gap
        }
        groups[place] = moving
      }
      gap /= 3
    }
  }
}
