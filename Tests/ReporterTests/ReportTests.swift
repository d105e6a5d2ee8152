import FoundationEssentials
import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

@Suite("Reports")
struct ReportTests {
  private let report: Report

  init() throws {
    report = try Report(
      records: [NamedRecord(name: "suite.json", record: Sample.suite)], claims: Sample.claims,
      analytic: Sample.analytic)
  }

  @Test("read as text")
  func text() {
    #expect(TextPage.render(report.page) == expectedText)
  }

  @Test("read as Markdown")
  func markdown() {
    #expect(MarkdownPage.render(report.page) == expectedMarkdown)
  }

  @Test("say so when a run ended early, was a debug build or holds nothing")
  func empty() throws {
    let record = Sample.record([], status: .interrupted, build: "debug")
    let page = try Report(records: [NamedRecord(name: "r", record: record)]).page
    let text = TextPage.render(page)
    #expect(text.contains("The run ended early"))
    #expect(text.contains("A debug build measured this"))
    #expect(text.contains("The record holds no measured cell."))
    #expect(text.contains("The ledger holds no claim about these candidates"))
    #expect(!text.contains("What this does not show"))
    #expect(TextPage.render(Report(records: []).page).contains("There is no record."))
  }

  @Test("tell several records apart, even under one name")
  func several() throws {
    let named = try NamedRecord(name: "same.json", record: Sample.suite)
    let report = Report(records: [named, named], claims: Sample.claims)
    let text = TextPage.render(report.page)
    #expect(text.components(separatedBy: "Tenfold report: same.json").count == 3)
    #expect(report.document.records.count == 2)
    #expect(report.document.verdicts.count == 2 * Sample.claims.count)
  }

  @Test("name every claim of the ledger in full when its pair was measured")
  func wholeLedger() throws {
    let pairs = Set(
      ClaimLedger.claims.compactMap { claim in
        claim.modelID.map { [$0, claim.baselineID ?? "iso-active"] }
      })
    let cells = pairs.map {
      Sample.cell($0[0], $0[1], tokens: 1, flopRatio: 5.33, Sample.estimate(4.85, 4.9, 4.95))
    }
    let report = try Report(records: [NamedRecord(name: "r", record: Sample.record(cells))])
    let text = TextPage.render(report.page)
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 100) }
    let words = Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
    for claim in ClaimLedger.claims where claim.modelID != nil {
      #expect(words.contains(claim.id), "\(claim.id)")
    }
  }

  @Test("show a roofline where the machine's ceilings were measured")
  func roofline() throws {
    var record = Sample.suite
    record.cells[0].rooflineRatio = 5.1
    let report = try Report(
      records: [NamedRecord(name: "r", record: record)], claims: Sample.claims)
    let text = TextPage.render(report.page)
    // The legend, a table for each of three comparisons, and the claims.
    #expect(text.components(separatedBy: "roofline").count == 1 + 5)
    #expect(!text.contains("FLOPs  bytes"), "the roofline takes their place")
    #expect(text.contains("5.1x"))
    #expect(!text.contains("Share of the roofline"))
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
  }

  @Test("show how near each side came to the ceilings")
  func rooflineShares() throws {
    var record = Sample.suite
    record.ceilings = [
      Ceiling(
        threads: 2, precision: .f32, peakFlopsPerSecond: 462e9, readBytesPerSecond: 38.5e9)
    ]
    for index in record.cells.indices.dropLast() {
      record.cells[index].sides.baseline.rooflineShare = 0.931
      record.cells[index].sides.candidate.rooflineShare = 0.5
      record.cells[index].rooflineRatio = record.cells[index].timeRatio.median * 0.931 / 0.5
    }
    let report = try Report(records: [NamedRecord(name: "r", record: record)], claims: [])
    let text = TextPage.render(report.page)
    #expect(text.contains("2 threads, f32: 462 GFLOP/s, 38.5 GB/s"))
    #expect(text.components(separatedBy: "93.1 %       50 %").count == 4)
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
  }

  @Test("lay out a machine's ceilings")
  func ceilings() {
    let document = RooflineDocument(
      machine: Sample.suite.machine,
      ceilings: [
        Ceiling(
          threads: 1, precision: .bf16, peakFlopsPerSecond: 233e9, readBytesPerSecond: 35e9)
      ])
    let text = TextPage.render(RooflineReport.page(of: document))
    #expect(text.contains("threads  precision         peak       read  ridge\n"))
    #expect(text.contains("      1  bf16       233 GFLOP/s  35.0 GB/s   6.66\n"))
    #expect(text.contains("AMD EPYC 9R14, 2 of 4 CPUs"))
  }

  @Test("carry nothing of a hostile record to the terminal, and stay within 100 columns")
  func hostile() throws {
    let evil = "\u{1B}[2J\u{202E}|`<b>" + String(repeating: "數m", count: 200)
    var record = Sample.record(
      [
        Sample.cell(
          "mixtral-8x7b", "llama2-70b", tokens: .max, flopRatio: 1,
          Sample.estimate(1e-300, 1, 1.5e300), distinctExperts: .greatestFiniteMagnitude,
          engine: evil, routing: evil, resident: evil, cautions: [evil]),
        Sample.cell(evil, evil, tokens: 1, flopRatio: 1, Sample.estimate(1, 1, 1)),
      ], candidates: [evil], cautions: [evil])
    record.cells[0].sides.baseline.flops = 1
    record.cells[0].sides.candidate.flops = .max
    record.cells[0].flopRatio = 1 / Double(Int.max)
    record.cells[0].realisedShare = Double(Int.max)
    record.machine.cpu = evil
    record.machine.memoryBytes = .max
    record.created = evil
    record.tool.commit = evil
    record.blas?.path = evil
    let report = try Report(records: [NamedRecord(name: evil, record: record)])
    let text = TextPage.render(report.page)
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 100) }
    let markdown = MarkdownPage.render(report.page)
    #expect(!markdown.contains("<b>") && !markdown.unicodeScalars.contains("\u{1B}"))
  }
}

/// Checked by eye against `Sample.suite`.
private let expectedText = #"""
  Tenfold report

  Machine  AMD EPYC 9R14, 2 of 4 CPUs, 15 GiB memory, 32 MiB last-level cache, Debian GNU/Linux 12
           (bookworm), in a virtual machine of KVM
  Engine   blas; OpenBLAS 0.3.21, core Zen, lp64, 1 thread in a call,
           /usr/lib/x86_64-linux-gnu/libopenblas.so.0
  Run      2026-11-21T15:00:00Z, tenfold 0.1.0 (abc1234, release), custom suite, 2 threads, f32, seed
           1
  Claims   1 delivered, 2 fall short, 3 not kernel claims

  Measured ratios
  ---------------

  Ratios are baseline / candidate of one pass through all feed-forward layers, so above 1x the
  candidate saves. FLOPs and bytes are counted; measured is the median time ratio of paired rounds,
  with its interval of at least 95.1 % confidence; realised is measured / FLOPs; experts is how many
  distinct ones a layer read.

  mixtral-8x7b against llama2-70b

  tokens  routing  FLOPs  bytes  measured  interval      realised  experts  notes
       1  uniform  5.33x  5.33x     4.90x  [4.85, 4.95]    91.9 %        2  1
      16  uniform  5.33x  1.35x     1.30x  [1.28, 1.32]    24.4 %     7.92  1

  1  scaled: 1/8 of the baseline's width was measured, and scaled up

  mixtral-8x7b against iso-active

  tokens  routing  FLOPs  bytes  measured  interval        realised  experts  notes
       1  uniform     1x     1x    0.940x  [0.930, 0.960]      94 %        2  1

  1  the clock moved during 3 rounds

  muse-spark-open-816b-a42b against llama4-maverick

  tokens  routing  FLOPs  bytes  measured  interval        realised  experts  notes
       1  uniform  0.41x  0.41x    0.372x  [0.360, 0.380]    90.7 %        8  1

  1  the candidate keeps 4 of 256 experts in memory, and reads them in turn

  Routing
  -------

  Means over the batches that were timed. Experts is how many distinct ones a layer read, max/mean the
  tokens of the busiest expert over the mean of all, Gini 0 when all have as many and towards 1 when
  one has all; with few tokens both are high whatever the routing.

  candidate                  tokens  routing  experts  max/mean  Gini
  mixtral-8x7b                    1  uniform        2      1.5x   0.2
                                 16  uniform     7.92      1.5x   0.2
  muse-spark-open-816b-a42b       1  uniform        8      1.5x   0.2

  Claims
  ------

  Measured is the most favourable matching cell, feed-forward layers only, and the basis of a verdict
  where there is one. FLOPs are of the same layers, and of the whole model, where it is known, for
  what is not a kernel claim.

  claim                            claimed  FLOPs  measured               verdict
  seed-10x-lower-inference-cost        10x  0.41x  0.372x [0.360, 0.380]  falls short
      Reaches 0.372x (1 token per pass); FLOPs allow 0.41x in these feed-forward layers and 0.36x in
      the whole model, so even the count of operations falls short; the candidate runs at 90.7
      GFLOP/s, the baseline at 100 GFLOP/s.
  mixtral-8x7b-6x-llama2-70b            6x  5.33x  4.90x [4.85, 4.95]     falls short
      Reaches 4.9x at best (1 token per pass, scaled up from 1/8 of the width), 1.3x at worst (16
      tokens per pass, scaled up from 1/8 of the width); FLOPs allow 5.33x in these feed-forward
      layers; at 16 tokens per pass, time follows the bytes read (1.35x), not FLOPs: 7.92 experts per
      layer are read.
  mixtral-8x7b-12b-speed          about 1x     1x  0.940x [0.930, 0.960]  delivered
      Reaches 0.94x (1 token per pass); FLOPs allow 1x in these feed-forward layers; time follows
      FLOPs.
  seed-muse-over-10x-pretraining  over 10x  0.36x  0.372x [0.360, 0.380]  not a kernel claim
      Compute to reach a quality needs training runs of both recipes, not passes of a layer; 6 × 17B ×
      22T = 2.24e24 FLOP for the baseline, and a saving of 10x leaves 42B active parameters 890B
      tokens, 4.05 % of the baseline's; how many tokens it was trained with is unpublished; per token
      FLOPs give 0.36x (feed-forward layers alone 0.41x) and the feed-forward layers measured 0.372x
      (1 token per pass); 10x over 0.36x leaves a factor 28 to explain by training data, algorithm and
      optimisation.
  meta-muse-10x-pretrain          over 10x  0.36x  0.372x [0.360, 0.380]  not a kernel claim
      As above.

  Also claimed of these candidates, without a figure here

  - not a kernel claim: The record does not hold a prefill of 512 tokens of muse-spark-open-816b-a42b
    against llama4-maverick, which the formula needs; measure it by the scenario without --record, on
    one machine; 40000 / 4000 dollars a month is 10x; both figures are the source's own: this checks
    its arithmetic, not the figures; not counted: price policy and utilisation. seed-deploy-legal
    (about 10x)

  Energy
  ------

  This machine does not tell what energy it takes: /sys/class/powercap has no counters that this user
  may read.

  Cautions
  --------

  - The governor is powersave.

  What this does not show
  -----------------------

  - Attention, embeddings and the output head are not timed: measured ratios are of feed-forward
    layers, with random weights of the published shapes.
  - A time ratio is of this machine and engine. Accelerators, served batches and training have other
    limits, so a claim that falls short here may hold where it was made.
  - Model quality, training runs and prices are no matter of a kernel: a factor left to explain is not
    a factor disproved.

  """#

/// The same in Markdown.
private let expectedMarkdown = #"""
  # Tenfold report

  - **Machine**: AMD EPYC 9R14, 2 of 4 CPUs, 15 GiB memory, 32 MiB last-level cache, Debian GNU/Linux 12 (bookworm), in a virtual machine of KVM
  - **Engine**: blas; OpenBLAS 0.3.21, core Zen, lp64, 1 thread in a call, /usr/lib/x86\_64-linux-gnu/libopenblas.so.0
  - **Run**: 2026-11-21T15:00:00Z, tenfold 0.1.0 (abc1234, release), custom suite, 2 threads, f32, seed 1
  - **Claims**: 1 delivered, 2 fall short, 3 not kernel claims

  ## Measured ratios

  Ratios are baseline / candidate of one pass through all feed-forward layers, so above 1x the candidate saves. FLOPs and bytes are counted; measured is the median time ratio of paired rounds, with its interval of at least 95.1 % confidence; realised is measured / FLOPs; experts is how many distinct ones a layer read.

  ### mixtral-8x7b against llama2-70b

  | tokens | routing | FLOPs | bytes | measured | interval | realised | experts | notes |
  | ---: | :--- | ---: | ---: | ---: | :--- | ---: | ---: | :--- |
  | 1 | uniform | 5.33x | 5.33x | 4.90x | \[4.85, 4.95\] | 91.9 % | 2 | 1 |
  | 16 | uniform | 5.33x | 1.35x | 1.30x | \[1.28, 1.32\] | 24.4 % | 7.92 | 1 |

  1. scaled: 1/8 of the baseline's width was measured, and scaled up

  ### mixtral-8x7b against iso-active

  | tokens | routing | FLOPs | bytes | measured | interval | realised | experts | notes |
  | ---: | :--- | ---: | ---: | ---: | :--- | ---: | ---: | :--- |
  | 1 | uniform | 1x | 1x | 0.940x | \[0.930, 0.960\] | 94 % | 2 | 1 |

  1. the clock moved during 3 rounds

  ### muse-spark-open-816b-a42b against llama4-maverick

  | tokens | routing | FLOPs | bytes | measured | interval | realised | experts | notes |
  | ---: | :--- | ---: | ---: | ---: | :--- | ---: | ---: | :--- |
  | 1 | uniform | 0.41x | 0.41x | 0.372x | \[0.360, 0.380\] | 90.7 % | 8 | 1 |

  1. the candidate keeps 4 of 256 experts in memory, and reads them in turn

  ## Routing

  Means over the batches that were timed. Experts is how many distinct ones a layer read, max/mean the tokens of the busiest expert over the mean of all, Gini 0 when all have as many and towards 1 when one has all; with few tokens both are high whatever the routing.

  | candidate | tokens | routing | experts | max/mean | Gini |
  | :--- | ---: | :--- | ---: | ---: | ---: |
  | mixtral-8x7b | 1 | uniform | 2 | 1.5x | 0.2 |
  |  | 16 | uniform | 7.92 | 1.5x | 0.2 |
  | muse-spark-open-816b-a42b | 1 | uniform | 8 | 1.5x | 0.2 |

  ## Claims

  Measured is the most favourable matching cell, feed-forward layers only, and the basis of a verdict where there is one. FLOPs are of the same layers, and of the whole model, where it is known, for what is not a kernel claim.

  | claim | claimed | FLOPs | measured | verdict | reason |
  | :--- | ---: | ---: | :--- | :--- | :--- |
  | seed-10x-lower-inference-cost | 10x | 0.41x | 0.372x \[0.360, 0.380\] | falls short | Reaches 0.372x (1 token per pass); FLOPs allow 0.41x in these feed-forward layers and 0.36x in the whole model, so even the count of operations falls short; the candidate runs at 90.7 GFLOP/s, the baseline at 100 GFLOP/s. |
  | mixtral-8x7b-6x-llama2-70b | 6x | 5.33x | 4.90x \[4.85, 4.95\] | falls short | Reaches 4.9x at best (1 token per pass, scaled up from 1/8 of the width), 1.3x at worst (16 tokens per pass, scaled up from 1/8 of the width); FLOPs allow 5.33x in these feed-forward layers; at 16 tokens per pass, time follows the bytes read (1.35x), not FLOPs: 7.92 experts per layer are read. |
  | mixtral-8x7b-12b-speed | about 1x | 1x | 0.940x \[0.930, 0.960\] | delivered | Reaches 0.94x (1 token per pass); FLOPs allow 1x in these feed-forward layers; time follows FLOPs. |
  | seed-muse-over-10x-pretraining | over 10x | 0.36x | 0.372x \[0.360, 0.380\] | not a kernel claim | Compute to reach a quality needs training runs of both recipes, not passes of a layer; 6 × 17B × 22T = 2.24e24 FLOP for the baseline, and a saving of 10x leaves 42B active parameters 890B tokens, 4.05 % of the baseline's; how many tokens it was trained with is unpublished; per token FLOPs give 0.36x (feed-forward layers alone 0.41x) and the feed-forward layers measured 0.372x (1 token per pass); 10x over 0.36x leaves a factor 28 to explain by training data, algorithm and optimisation. |
  | meta-muse-10x-pretrain | over 10x | 0.36x | 0.372x \[0.360, 0.380\] | not a kernel claim | As above. |

  ### Also claimed of these candidates, without a figure here

  - not a kernel claim: The record does not hold a prefill of 512 tokens of muse-spark-open-816b-a42b against llama4-maverick, which the formula needs; measure it by the scenario without --record, on one machine; 40000 / 4000 dollars a month is 10x; both figures are the source's own: this checks its arithmetic, not the figures; not counted: price policy and utilisation. seed-deploy-legal (about 10x)

  ## Energy

  This machine does not tell what energy it takes: /sys/class/powercap has no counters that this user may read.

  ## Cautions

  - The governor is powersave.

  ## What this does not show

  - Attention, embeddings and the output head are not timed: measured ratios are of feed-forward layers, with random weights of the published shapes.
  - A time ratio is of this machine and engine. Accelerators, served batches and training have other limits, so a claim that falls short here may hold where it was made.
  - Model quality, training runs and prices are no matter of a kernel: a factor left to explain is not a factor disproved.

  """#
