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
      rights of its own, and ends with 0 also with findings.
      """)

  @Option(
    help: ArgumentHelp(
      "BLAS library to look at instead of \(Engines.defaultLibrary).", valueName: "path"))
  var blas: String?

  @OptionGroup var output: OutputOptions

  /// How long the load is watched: a hundred ticks of the kernel's clock, so that a percent shows.
  private static let watchedMicroseconds: useconds_t = 1_000_000

  func run() throws {
    let destination = try output.destination()
    let machine = MachineProbe.current
    // All that computes comes first: while the load is watched this process must do nothing.
    let library = Doctor.blas(path: blas)
    let refusal = Doctor.suiteRefusal(on: machine, memoryBytes: machine.defaultMemoryBytes)
    let earlier = SystemCounters(machine)
    usleep(Self.watchedMicroseconds)
    let document = Doctor.document(
      of: Doctor.Examination(
        machine: machine, environment: ProcessInfo.processInfo.environment, blas: library,
        build: ToolVersion.identity.build, suiteRefusal: refusal, earlier: earlier,
        later: SystemCounters(machine)))
    try destination.write(output.render(DoctorReport.page(of: document), document: document))
  }
}
