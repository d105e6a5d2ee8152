import Foundation
import Testing

/// `tenfold gemm` from the outside; the tests that measure need the release build.
extension MeasuringTests {
  @Suite struct GemmTests {
    @Test func aDebugBuildRefusesToMeasure() throws {
      let outcome = try Executable.debug.run(["gemm", "--m", "1", "--n", "8", "--k", "8"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("debug build"))
    }

    @Test func whatDoesNotFitIsRefusedWithItsArithmetic() throws {
      let outcome = try Executable.debug.run(["gemm", "--n", "16777216", "--k", "16777216"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("W[16777216×16777216] takes 1.0 PiB"))
      #expect(outcome.errors.contains("smaller --n"))
    }

    @Test func theBlasEngineHasNoHalfPrecision() throws {
      for engine in ["blas", "both"] {
        let outcome = try Executable.debug.run(["gemm", "--engine", engine, "--precision", "bf16"])
        #expect(outcome.status == 69)
        #expect(outcome.errors.contains("bf16"))
      }
    }

    @Test func everyPointHasTheKeysThatScriptsReadFrom() throws {
      let outcome = try Executable.release().run(
        ["gemm", "--m", "1,3", "--n", "40", "--k", "70", "--threads", "1", "--format", "json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let document = try outcome.json
      #expect(document["schema"] as? String == "tenfold.gemm/1")
      #expect(try outcome.saysThatFiguresAreTokens)
      let points = try #require(document["points"] as? [[String: Any]])
      #expect(points.map { $0["engine"] as? String } == ["tile", "blas", "tile", "blas"])
      #expect(points.map { $0["m"] as? Int } == [1, 1, 3, 3])
      for point in points {
        #expect(point["n"] as? Int == 40)
        #expect(point["k"] as? Int == 70)
        #expect(point["threads"] as? Int == 1)
        #expect(point["precision"] as? String == "f32")
        let gflops = try #require(point["gflops"] as? Double)
        let bytes = try #require(point["gigabytes_per_second"] as? Double)
        #expect(gflops > 0)
        // 2·M FLOPs for each weight of four bytes.
        let m = Double(try #require(point["m"] as? Int))
        #expect(abs(gflops / bytes - m / 2) < 1e-9 * m)
      }
      let ratios = try #require(document["speed_ratios"] as? [[String: Any]])
      #expect(ratios.map { $0["m"] as? Int } == [1, 3])
    }

    @Test func oneMatrixElementAndHalfPrecisionWork() throws {
      let outcome = try Executable.release().run(
        [
          "gemm", "--m", "1", "--n", "1", "--k", "1", "--threads", "1", "--precision", "bf16",
          "--format", "json",
        ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let points = try #require(try outcome.json["points"] as? [[String: Any]])
      #expect(points.map { $0["engine"] as? String } == ["tile"])
      #expect(points.map { $0["precision"] as? String } == ["bf16"])
    }

    @Test func theTableStaysWithinItsWidth() throws {
      let outcome = try Executable.release().run([
        "gemm", "--m", "1,1024", "--n", "64", "--k", "64", "--threads", "1",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("tile/blas"))
      for line in outcome.output.split(separator: "\n") { #expect(line.count <= 100) }
    }
  }
}
