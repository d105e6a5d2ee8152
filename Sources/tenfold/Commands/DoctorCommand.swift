import ArgumentParser
import FoundationEssentials
import Glibc
import ModelSpec
import Reporter
import Runner

/// `tenfold doctor`: what on this machine would spoil a measurement.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tells what on this machine would spoil a measurement, and what mends it.",
    discussion: """
      Reads what the system shows under /proc and /sys, the environment and the BLAS library, watches \
      the load for a second, and changes nothing: commands are printed for you to run. It needs no \
      rights of its own, and ends with 0 also with findings. With --watch it then reads and computes \
      in turn for so long, and tells how steady the machine is: 2m is what the default suite takes.
      """)

  @Option(
    help: ArgumentHelp(
      "BLAS library to look at instead of \(Engines.defaultLibrary).", valueName: "path"))
  var blas: String?

  @Option(
    help: ArgumentHelp(
      "Also read and compute in turn for so long, and tell how steady both are.", valueName: "time"),
    transform: OptionValue.seconds)
  var watch: Double?

  @OptionGroup var output: OutputOptions

  /// How long the load is watched: a hundred ticks of the kernel's clock, so that a percent shows.
  private static let watchedMicroseconds: useconds_t = 1_000_000

  func run() throws {
    let machine = MachineProbe.current
    if watch != nil {
      try machine.requireMemoryForCeilings(threads: machine.defaultThreads)
      try ToolVersion.requireReleaseBuild()
    }
    let destination = try output.destination()
    // All that computes comes first: while the load is watched this process must do nothing.
    let library = Doctor.blas(path: blas)
    let refusal = Doctor.suiteRefusal(on: machine, memoryBytes: machine.defaultMemoryBytes)
    let earlier = SystemCounters(machine)
    usleep(Self.watchedMicroseconds)
    let later = SystemCounters(machine)
    let watch = try watch.flatMap { try Self.watch(machine, seconds: $0) }
    let document = Doctor.document(
      of: Doctor.Examination(
        machine: machine, environment: ProcessInfo.processInfo.environment, blas: library,
        build: ToolVersion.identity.build, suiteRefusal: refusal, earlier: earlier,
        later: later, watch: watch))
    try destination.write(output.render(DoctorReport.page(of: document), document: document))
    if let status = Interruption.status {
      throw Failure(status, "interrupted; the watch is as long as it had been until then")
    }
  }

  /// Watches what all threads of a run read and compute, and shows on standard error how far it is.
  private static func watch(
    _ machine: MachineProbe, seconds: Double
  ) throws(Failure) -> DoctorDocument.Watch? {
    guard
      let watch = CeilingWatch(
        threads: machine.defaultThreads, machine: machine.identity, nodes: machine.nodes)
    else {
      throw Failure(
        .unavailable,
        "this CPU lacks x86-64-v2 (SSE4.2), which watching it needs; use a newer one")
    }
    Interruption.listen()
    var line = StatusLine()
    defer { line.clear() }
    return watch.watch(
      seconds: seconds,
      progress: {
        line.show(
          .init(
            cell: 1, cells: 1, fraction: $0 / seconds, secondsLeft: seconds - $0, isVisit: true,
            doing: "reading and computing in turn"))
      }, isCancelled: { Interruption.status != nil })
  }
}
