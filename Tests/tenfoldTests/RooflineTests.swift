import Foundation
import Testing

/// `tenfold roofline` from the outside; what it measures needs the release build.
extension MeasuringTests {
  @Suite struct RooflineTests {
    @Test func aDebugBuildRefusesToMeasure() throws {
      let outcome = try Executable.debug.run(["roofline"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("debug build"))
      #expect(outcome.output.isEmpty)
    }

    @Test func moreThreadsThanProcessorsAreRefused() throws {
      let outcome = try Executable.debug.run(["roofline", "--threads", "100000"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("100000"))
    }

    @Test func theDocumentHasTheKeysThatScriptsReadFrom() throws {
      let document = try Executable.release().run(
        ["roofline", "--threads", "1", "--format", "json"]
      ).json
      #expect(document["schema"] as? String == "tenfold.roofline/1")
      #expect(document["machine"] is [String: Any])
      let ceilings = try #require(document["ceilings"] as? [[String: Any]])
      // One for each format, of which later versions have more.
      #expect(ceilings.prefix(2).map { $0["precision"] as? String } == ["f32", "bf16"])
      for ceiling in ceilings {
        #expect(ceiling["threads"] as? Int == 1)
        #expect(try #require(ceiling["peak_flops_per_second"] as? Double) > 0)
        #expect(try #require(ceiling["read_bytes_per_second"] as? Double) > 0)
      }
    }

    @Test func onePrecisionAndTextFit100Columns() throws {
      let outcome = try Executable.release().run(["roofline", "--precision", "bf16"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("bf16") && !outcome.output.contains("f32 "))
      for line in outcome.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }
}
