import Foundation
import Testing

extension MeasuringTests {
  /// One side of a gate by itself, as a gate talks to it.
  @Suite struct WorkerCommandTests {
    /// What the worker says first, to an order of one small cell.
    private func hello(
      model: String, choices: [String: String]?, in directory: URL
    ) throws -> [String: Any] {
      var order: [String: Any] = [
        "schema": "tenfold.worker-order/1", "seed": 5, "checks": false,
        "cells": [
          [
            "model": model, "workload": "ffn-forward", "tokens": 1, "sequences": 1, "context": 0,
            "threads": 1, "engine": "tile", "precision": "f32",
          ]
        ],
      ]
      order["choices"] = choices
      let input = directory.appending(path: "order")
      try (JSONSerialization.data(withJSONObject: order) + Data("\n".utf8)).write(to: input)
      let outcome = try Executable(path: "/bin/sh").run(
        ["-c", "\(Executable.release().path) worker < order"], in: directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try outcome.json
    }

    /// Where a trial is close, two processes of one build choose differently, and that would be measured.
    @Test func workerChoosesWhatItIsTold() throws {
      try withSmallModel { directory, model in
        let own = try hello(model: model, choices: nil, in: directory)
        let chosen = try #require(own["choices"] as? [String: String])
        #expect(!chosen.isEmpty)
        for candidate in ["0", "8192"] {
          let told = chosen.mapValues { value in
            value.split(separator: " ").map { _ in candidate }.joined(separator: " ")
          }
          let answer = try hello(model: model, choices: told, in: directory)
          #expect(answer["choices"] as? [String: String] == told)
          let cells = try #require(answer["cells"] as? [[String: Any]])
          #expect(cells.count == 1 && cells[0]["fault"] == nil)
        }
      }
    }
  }
}
