import Testing

@testable import Reporter

@Suite("Parts of pictures")
struct ChartPartsTests {
  @Test(
    "coordinates have at most one digit after the point",
    arguments: [
      (0, "0"), (1, "1"), (-0.04, "0"), (0.05, "0.1"), (-0.06, "-0.1"), (12.34, "12.3"),
      (12.96, "13"), (-7.5, "-7.5"), (100, "100"),
    ])
  func coordinates(_ value: Double, _ text: String) {
    #expect(value.coordinate == text)
  }

  @Test("text is cut in its middle until it fits")
  func fit() {
    #expect(TextWidth.fit("mixtral-8x7b", into: 200) == "mixtral-8x7b")
    let long = String(repeating: "expert", count: 100)
    for width in [20.0, 60, 200, 500] {
      let cut = TextWidth.fit(long, into: width)
      #expect(TextWidth.measure(cut) <= width)
      #expect(cut.contains("…"))
    }
    let cut = TextWidth.fit("muse-spark-open-816b-a42b-instruct", into: 180)
    #expect(cut.hasPrefix("muse-") && cut.hasSuffix("struct"))
    #expect(TextWidth.fit("", into: 10).isEmpty)
  }

  @Test("a letter keeps few of a thousand marks")
  func marks() {
    let text = "e" + String(repeating: "\u{301}", count: 1000)
    #expect(TextWidth.visible(text).unicodeScalars.count < 10)
  }

  @Test("wide letters are wider than narrow ones")
  func widths() {
    #expect(TextWidth.measure("漢字") > TextWidth.measure("ab"))
    #expect(TextWidth.measure("MW") > TextWidth.measure("il"))
    #expect(TextWidth.measure("ab", size: 30) == 2 * TextWidth.measure("ab", size: 15))
  }

  @Test("labels go where there is room, or nowhere")
  func placement() {
    var labels = LabelPlacement(within: Box(minX: 0, minY: 0, maxX: 200, maxY: 100))
    let text = TextMark("12345")
    let around = LabelPlacement.around(Point(100, 50))
    var found: [LabelPlacement.Position?] = []
    for positions in [around, around, Array(around.prefix(2))] {
      found.append(labels.place(text, at: positions))
    }
    #expect(found == [around[0], around[1], nil])
    let atEdge = labels.place(text, at: LabelPlacement.around(Point(198, 80)))
    #expect(atEdge?.anchor == .end)
    let long = labels.place(TextMark(String(repeating: "0", count: 99)), at: around)
    #expect(long == nil)
    labels.keepFree(Box(minX: 0, minY: 0, maxX: 200, maxY: 100))
    let full = labels.place(text, at: around)
    #expect(full == nil)
  }

  @Test("neighbours are spread no further than they must")
  func spread() {
    #expect(LabelPlacement.spread([10, 50], gap: 20, top: 0, bottom: 100) == [10, 50])
    #expect(LabelPlacement.spread([50, 50, 50], gap: 20, top: 0, bottom: 100) == [50, 70, 90])
    #expect(LabelPlacement.spread([95, 99], gap: 20, top: 0, bottom: 100) == [80, 100])
    #expect(LabelPlacement.spread([], gap: 20, top: 0, bottom: 100).isEmpty)
  }

  @Test("a legend takes as many rows as it needs")
  func legend() {
    let entry = Legend.Entry.shape(.circle, .measured, "what a side under test reached")
    #expect(
      Legend([entry]).markup(top: 0).bottom < Legend([entry, entry, entry]).markup(top: 0).bottom)
  }
}
