import LayerSpec
import Tile

/// softmax(q·k)·v of some rows over a cache, chunk by chunk of keys, so that no matrix of tokens × tokens exists
/// (FlashAttention, arXiv 2205.14135).
///
/// A task is some queries that read the same keys, of all heads of a group and of as many consecutive tokens of
/// a sequence as make a few tiles, over one part of their context. Each panel of keys meets all tiles while it
/// is in the L1 cache; the scores become weights in place, and are what each panel of values is multiplied with,
/// whose sums stay in the worker's scratch from chunk to chunk. So memory delivers keys and values once to a
/// task, and the next panel is asked for while one is multiplied.
struct AttentionCore {
  let spec: SelfAttentionSpec
  let cache: KVPanels
  let queries: QueryTiles
  /// A row for each token and head, all heads of a token one after the other: `valueWidth` elements.
  let outputs: Rows
  /// The further logit of each head; `nil` for none.
  let sinks: UnsafeMutablePointer<Float>?
  /// Where contexts of single tokens that are cut are left; `nil` where none are.
  let parts: ContextParts.Places?

  private var kernels: TileKernels { cache.kernels }

  /// Whether outputs are written past the caches: so many that what is written first has left them when the last are.
  ///
  /// The lines of a row are written whole and need not be read for it. Rows of many heads are a multiple of 64 KiB
  /// apart, of which an L2 cache keeps as many as it has ways: prompts of 128 heads of their own keys were at 0.62 and
  /// 0.75 of the peak with 256 and 512 tokens, and so at 0.71 and 0.80 (Zen 5, 2026-11-30).
  var streamsOutputs: Bool {
    Saturating.product(outputs.count, outputs.stride * 4) >= Self.mostBytesInCaches
  }

  private static let mostBytesInCaches = 4 << 20

  /// Tiles that meet a panel one after the other: enough for what a task begins and a panel brings to be little
  /// beside them, few enough for their queries, scores and sums (192 KiB with heads of 128 elements) to stay in L2.
  ///
  /// On a Zen 5 eight took 1 to 2 % less than four with 256 to 1024 tokens, twelve and sixteen no less than eight.
  private static let tilesPerTask = 8

  /// Consecutive tokens of one task.
  static func tokensPerTask(_ kernels: TileKernels, group: Int) -> Int {
    max(1, tilesPerTask * kernels.maximumRows / group)
  }
  private var tokensPerTask: Int { Self.tokensPerTask(kernels, group: spec.group) }

  /// Consecutive tokens of one sequence, which are its last ones.
  struct Span {
    let sequence: Int
    /// The first of their rows among all rows of the pass.
    let firstRow: Int
    let tokens: Int
    /// The position of the first of them.
    let position: Int
  }

  /// Chunks of keys that some tokens of a span see.
  private func chunks(_ tokens: Range<Int>, of span: Span) -> Range<Int> {
    let first = spec.reach.first(seenBy: span.position + tokens.lowerBound)
    let last = span.position + tokens.upperBound - 1
    return first / cache.keysPerChunk..<last / cache.keysPerChunk + 1
  }

  /// Parts that the context of a span is cut into: that of a single token alone.
  func partCount(_ span: Span) -> Int {
    guard parts != nil, span.tokens == 1 else { return 1 }
    let chunks = chunks(0..<1, of: span).count
    return min(chunks, ContextParts.parts(keys: chunks * cache.keysPerChunk))
  }

  /// Tasks that a span makes.
  func tasks(of span: Span) -> Int {
    cache.heads * partCount(span) * ((span.tokens + tokensPerTask - 1) / tokensPerTask)
  }

  /// What a task of a span is: tokens, which have a head of keys and values in common, and a part of their context.
  private func share(_ task: Int, of span: Span) -> (tokens: Range<Int>, head: Int, part: Int) {
    let blocks = (span.tokens + tokensPerTask - 1) / tokensPerTask
    // The last tokens see the most keys and come first, so that threads end together.
    let block = blocks - 1 - task % blocks
    let tokens = block * tokensPerTask..<min((block + 1) * tokensPerTask, span.tokens)
    let (head, part) = (task / blocks).quotientAndRemainder(dividingBy: partCount(span))
    return (tokens, head, part)
  }

  /// What a task reads first.
  struct FirstReads {
    /// Its first panel of keys.
    let keys: UnsafePointer<Float>
    let queries: UnsafeRawPointer
    let queryBytes: Int
  }

  /// What a task of a span reads first.
  func firstReads(of task: Int, in span: Span) -> FirstReads {
    let (tokens, head, part) = share(task, of: span)
    let chunks = chunks(tokens, of: span)
    let chunk = chunks.lowerBound + part * chunks.count / partCount(span)
    return FirstReads(
      keys: cache.keyPanel(chunk * KVCache.panelsPerChunk, sequence: span.sequence, head: head),
      queries: queries.start(tokens, head: head, of: span),
      queryBytes: queries.bytes(tokens: tokens.count))
  }

  /// Performs one task of a span; `upcoming` is what the worker reads next.
  func perform(
    _ task: Int, of span: Span, upcoming: FirstReads?, scratch: UnsafeMutablePointer<Float>
  ) {
    let (tokens, head, part) = share(task, of: span)
    let work = AttentionTask(self, span, tokens: tokens, head: head, scratch: scratch)
    let (chunks, parts) = (chunks(tokens, of: span), partCount(span))
    work.begin()
    let (first, end) = (part * chunks.count / parts, (part + 1) * chunks.count / parts)
    for chunk in first..<end {
      work.attend(
        chunk: chunks.lowerBound + chunk,
        ending: chunk + 1 == end ? .init(part: parts == 1 ? nil : part, upcoming: upcoming) : nil)
    }
    if streamsOutputs { kernels.finishStreaming() }
  }

  /// Merges the parts of one head of a span.
  func merge(head: Int, of span: Span) {
    let count = partCount(span)
    guard count > 1, let parts else { return }
    parts.merge(
      parts: count, query: span.sequence * spec.heads + head, of: cache.sequences * spec.heads,
      sink: sinks.map { $0[head] }, into: outputs[span.firstRow * spec.heads + head])
  }

  /// Floats of a worker's scratch; `Int.max` where they cannot be counted.
  static func scratchElements(_ kernels: TileKernels, _ spec: SelfAttentionSpec) -> Int {
    AttentionScratch.elements(
      kernels, rows: tokensPerTask(kernels, group: spec.group) * spec.group, spec)
  }
}
