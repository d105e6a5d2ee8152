import Foundation
import Runner
import Testing

@testable import tenfold

/// What is taken of a machine unless told otherwise.
@Suite struct MachineLimitsTests {
  private func defaultMemory(mebibytesFree: Double) -> Int {
    MachineProbe(affinityCPUs: 2) {
      $0 == "/proc/meminfo" ? "MemAvailable: \(Int(mebibytesFree * 1024)) kB\n" : nil
    }.defaultMemoryBytes
  }

  @Test(arguments: [
    // Nine tenths of it are 7.2, 6.3, 5.4, 1.35 and 1 GiB.
    (8192.0, 6144), (7168, 6144), (6144, 4096), (1536, 1024), (1138, 1024),
    // From 8.9 GiB on it is 8.
    (9102, 6144), (9103, 8192), (1e6, 8192),
  ])
  func theDefaultIsAStepOfWhatIsFree(_ free: Double, _ mebibytes: Int) {
    #expect(defaultMemory(mebibytesFree: free) == mebibytes << 20)
  }

  @Test func aFewMebibytesMoreOrLessAreMostlyTheSame() {
    #expect(Set((7000..<7500).map { defaultMemory(mebibytesFree: Double($0)) }).count == 1)
  }

  @Test func noMachineIsTooSmallOrSilentForADefault() {
    #expect(defaultMemory(mebibytesFree: 0) == 0)
    #expect(defaultMemory(mebibytesFree: 1 / 1024) == 768)
    #expect(MachineProbe(affinityCPUs: 1) { _ in nil }.defaultMemoryBytes == 8 << 30)
  }

  @Test func moreThreadsThanProcessorsAreRefusedWithTheReason() throws {
    let files = [
      "/proc/self/status": "Cpus_allowed_list:\t1\n", "/sys/devices/system/cpu/online": "0-3\n",
    ]
    let machine = MachineProbe(affinityCPUs: 4) { files[$0] }
    #expect(try machine.threads(asked: nil) == 1)
    #expect(try machine.threads(asked: 1) == 1)
    let failure = #expect(throws: Failure.self) { try machine.threads(asked: 9) }
    #expect(failure?.status == .usage)
    #expect(
      failure?.description
        == "--threads 9 is more than the 1 processor that this process may use "
        + "(the affinity mask allows CPU 1 of 0-3); give at most 1")
  }
}

/// Limits that a shell sets, as the executable sees them.
@Suite struct ShellLimitTests {
  private func run(_ line: String) throws -> Executable.Outcome {
    try Executable(path: "/bin/sh").run(["-c", line, Executable.debug.path])
  }

  @Test func anAffinityMaskIsTheReason() throws {
    let outcome = try run(
      """
      first=$(sed -n 's/^Cpus_allowed_list:\\t\\([0-9]*\\).*/\\1/p' /proc/self/status)
      exec taskset --cpu-list "$first" "$0" run mixtral-8x7b --threads 9
      """)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--threads 9 is more than the 1 processor that"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  /// The system's way is a signal that ends the process without a word.
  @Test func aLimitOfFileSizesIsASentence() throws {
    try withTemporaryDirectory { directory in
      let record = repository.appending(path: "Results/examples/default-suite.json").path
      let page = directory.appending(path: "page.html").path
      let outcome = try run(
        "ulimit -f 8; exec \"$0\" report '\(record)' --format html --output '\(page)'")
      #expect(outcome.status == 74, "\(outcome.errors)")
      #expect(outcome.errors.contains("File too large") && outcome.errors.contains(page))
      #expect(!FileManager.default.fileExists(atPath: page))
    }
  }

  @Test func anAddressSpaceSmallerThanTheMemoryIsRefused() throws {
    let outcome = try run(
      "ulimit -v 600000; exec \"$0\" run olmoe-1b-7b --tokens 1 --budget 1s --memory 1GiB")
    #expect(outcome.status == 6)
    #expect(outcome.errors.contains("--memory 1024MiB is more than"))
    #expect(outcome.errors.contains("ulimit -v"))
    #expect(outcome.output.isEmpty)
  }

  /// What reads bandwidth alone, or takes memory by an option, is refused as runs are.
  @Test(arguments: [
    (400_000, "attention mixtral-8x7b --tokens 16", "limits of this process allow"),
    (400_000, "roofline", "ulimit -v"), (400_000, "doctor --watch 1s", "ulimit -v"),
    (
      1_000_000, "scenario whole-model olmoe-1b-7b --budget 1s --memory 8GiB",
      "--memory 8192MiB is more than"
    ),
    (
      1_000_000, "end-to-end olmoe-1b-7b --context 16 --memory 80GiB",
      "--memory 81920MiB is more than"
    ),
  ])
  func noCommandTakesMoreThanTheAddressSpace(
    kibibytes: Int, arguments: String, words: String
  ) throws {
    let outcome = try run("ulimit -v \(kibibytes); exec \"$0\" \(arguments)")
    #expect(outcome.status == 6, "\(outcome.errors)")
    #expect(outcome.errors.contains(words))
    #expect(outcome.output.isEmpty)
  }

  /// No option makes a machine larger than it is.
  @Test func aModelBeyondTheMachineIsRefusedWhateverMemoryIsAllowed() throws {
    let outcome = try run("exec \"$0\" end-to-end deepseek-v3 --context 16 --memory 900TiB")
    #expect(outcome.status == 6, "\(outcome.errors)")
    #expect(outcome.errors.contains("does not fit the memory as a whole"))
  }

  /// OpenBLAS would wait for ever at the end for threads that it could not start.
  @Test(arguments: ["doctor", "gemm --m 1 --n 64 --k 64"])
  func aProcessEndsWhereALibraryHasNoMemoryForThreads(arguments: String) throws {
    let outcome = try run("ulimit -v 200000; exec timeout 60 \"$0\" \(arguments)")
    #expect(outcome.status == (arguments == "doctor" ? 0 : 6), "\(outcome.errors)")
  }

  /// Tensors that do not fit are refused before they are read: a sparse file of two gigabytes takes no
  /// place on a disk.
  @Test func tensorsThatDoNotFitAreRefusedBeforeTheyAreRead() throws {
    try withTemporaryDirectory { directory in
      let layer = directory.appending(path: "layer")
      try FileManager.default.copyItem(
        at: repository.appending(path: "Tests/Golden/mixtral"), to: layer)
      let tensors = try FileHandle(
        forWritingTo: layer.appending(path: "layer.safetensors"))
      try tensors.truncate(atOffset: 2 << 30)
      try tensors.close()
      let outcome = try run("ulimit -v 2500000; exec \"$0\" verify '\(layer.path)'")
      #expect(outcome.status == 6, "\(outcome.errors)")
      #expect(outcome.errors.contains("does not fit the memory"))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }
}
