import FoundationEssentials
import ModelSpec
import Testing

@testable import Runner

/// A benchmark that tells times without taking any: drawn for a mean and a spread, and different from process to
/// process as those of real ones are.
struct ToyBenchmark {
  /// What a pass takes on average.
  var milliseconds = 2.0
  /// Standard deviation of passes, and of processes, as a fraction.
  var noise = 0.01
  /// What it does wrong: `crash`, `hang`, `flood`, `nonsense`, `silence`, and the cell that it does it in.
  var fault = "none"
  var work = 5
  /// Whether each process takes one of two ways by chance, of which one takes an eighth longer, unless it is told
  /// which another took.
  var isMoody = false

  /// Which cells it has.
  static let cells = ["a", "b"]

  /// Perl is part of every Debian system and starts in milliseconds.
  private static let program = #"""
    my ($milliseconds, $noise, $fault, $work, $folder, $moody, $name) = @ARGV;
    $| = 1;
    # Processes of a side are numbered by a file, so that a test sees the same ones every time.
    open(my $count, ">>", "$folder/$name"); print $count "."; close($count);
    srand(2 * (-s "$folder/$name") + ($name eq "after"));
    sub normal { sqrt(-2 * log(1 - rand())) * cos(6.283185307 * rand()) }
    if ($fault eq "old") { print STDERR "there is no command 'worker'\n"; exit 64 }
    my $own = 1 + $noise * normal();
    my $choices = "";
    if ($moody) {
      my ($way) = <STDIN> =~ /"choices":\{"way":"(\w+)"/;
      $way //= rand() < 0.5 ? "short" : "long";
      $own *= 1.125 if $way eq "long";
      $choices = qq(,"choices":{"way":"$way"});
    }
    my $cells = join(",", map { qq({"id":"$_","work":{"steps":$work}}) } ("a", "b"));
    print qq({"schema":"tenfold.worker/1","cells":[$cells]$choices}\n);
    while (my $line = <STDIN>) {
      my ($cell) = $line =~ /"cell":"(.)"/;
      my ($passes) = $line =~ /"passes":(\d+)/;
      if ($cell eq "b") {
        kill("SEGV", $$) if $fault eq "crash";
        sleep(60) if $fault eq "hang";
        while ($fault eq "flood") { print "x" x 100000 }
        print qq({"schema":"tenfold.sample/1","cell":"b"}\n) if $fault eq "nonsense";
      }
      for (1 .. $passes) {
        my $seconds = $milliseconds * 1e-3 * $own * (1 + $noise * normal());
        printf(qq({"schema":"tenfold.sample/1","cell":"%s","seconds":%.12f}\n), $cell, $seconds);
      }
    }
    """#

  func side(_ name: String, folder: TemporaryFolder) -> GateSide {
    var side = GateSide(
      origin: .init(name: name),
      arguments: [
        "/usr/bin/env", "perl", "-e", Self.program, "\(milliseconds)", "\(noise)", fault,
        "\(work)", folder.path, isMoody ? "1" : "", name,
      ], environment: ProcessInfo.processInfo.environment)
    if isMoody { side.order = WorkerOrder(cells: [], seed: 1, checks: true) }
    return side
  }
}

/// A folder that is removed with its last owner.
final class TemporaryFolder {
  let path = "\(FileManager.default.temporaryDirectory.path)/tenfold-toy-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
