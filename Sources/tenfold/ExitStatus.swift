import Runner

/// How `tenfold` ends; scripts rely on these numbers.
///
/// 64 to 74 are those of BSD `sysexits.h`; 130 and 143 are 128 plus the signal, as shells say it.
enum ExitStatus: Int32 {
  /// The command did what it was asked.
  case done = 0
  /// `verify` found a layer that differs, a measured time cannot be true, or there is an error in
  /// tenfold.
  case mismatch = 1
  /// `compare` found that something became slower.
  case regression = 2
  /// `compare` cannot tell whether something became slower.
  case inconclusive = 3
  /// Two records do not measure the same on the same machine.
  case notComparable = 5
  /// The run would not fit its memory or its time, or this build must not measure.
  case refused = 6
  /// The command line is wrong.
  case usage = 64
  /// An input file is missing, unreadable or malformed.
  case badInput = 65
  /// The BLAS library or an engine is not available.
  case unavailable = 69
  /// The output file cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed half way: a full disk, a closed pipe.
  case ioError = 74
  /// Ctrl-C (SIGINT) ended the run early.
  case interrupted = 130
  /// `kill` (SIGTERM) ended the run early.
  case terminated = 143
}

/// Why a command stops: the status to end with and one sentence for standard error.
struct Failure: Error, CustomStringConvertible {
  let status: ExitStatus
  /// What was wrong, where, and what to do; empty when the reader has closed the pipe, or the
  /// document says it already.
  let description: String

  init(_ status: ExitStatus, _ sentence: String) {
    self.status = status
    self.description = sentence
  }

  /// A run that cannot be done as asked.
  init(_ error: PlanError) {
    self.init(error.isBadInput ? .badInput : error.isUsage ? .usage : .refused, "\(error)")
  }
}
