/// The files in which Linux describes itself.
///
/// They come through a function, so that this target opens none and tests can show another machine.
/// Whatever is not as the kernel writes it is `nil`: unknown is never a number.
struct SystemFiles {
  let read: MachineProbe.FileReader

  /// The whole file without white space around it; `nil` when it is not there or empty.
  func text(_ path: String) -> String? {
    guard let text = read(path)?.trimmed(), !text.isEmpty else { return nil }
    return text
  }

  /// The lines of a file, none when it is not there.
  func lines(_ path: String) -> [Substring] {
    (read(path) ?? "").split(separator: "\n", omittingEmptySubsequences: true)
  }

  /// A file that holds one number.
  func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

  /// A file that holds one list of processors or nodes.
  func list(_ path: String) -> CPUList? { text(path).flatMap { CPUList($0) } }

  /// The choice in brackets: `madvise` of `always [madvise] never`.
  func choice(_ path: String) -> String? {
    guard let text = text(path), let start = text.firstIndex(of: "["),
      let end = text[start...].firstIndex(of: "]")
    else { return nil }
    let choice = text[text.index(after: start)..<end]
    return choice.isEmpty ? nil : String(choice)
  }

  /// The value of a line `name: value`, as /proc has them.
  func field(_ name: String, of path: String) -> String? {
    for line in lines(path) where line.hasPrefix("\(name):") {
      return String(line.dropFirst(name.count + 1)).trimmed()
    }
    return nil
  }

  /// The value of a line `name value`, as counters of control groups have them.
  func counter(_ name: String, of path: String) -> Int? {
    for line in lines(path) {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == name { return Int(words[1]) }
    }
    return nil
  }

  /// Bytes of a field that counts in KiB, as /proc/meminfo does.
  func bytes(_ name: String, of path: String) -> Int? {
    guard let number = field(name, of: path)?.split(separator: " ").first.flatMap({ Int($0) }),
      number >= 0
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << 10)
    return overflow ? nil : bytes
  }
}

extension StringProtocol {
  /// The text without white space at both ends.
  func trimmed() -> String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// Processors or memory nodes by number, read and written as the kernel does: `0-3,8`.
struct CPUList: Hashable, CustomStringConvertible {
  /// The numbers, in no order.
  var numbers: Set<Int>

  /// More than any kernel can be built for (`CONFIG_NR_CPUS` of Linux 6: at most 8192); rubbish that
  /// names more must not fill the memory.
  private static let mostNumbers = 1 << 14

  init(_ numbers: some Sequence<Int>) { self.numbers = Set(numbers) }

  /// The list of a text; `nil` for an empty one and for what is no list.
  init?(_ text: some StringProtocol) {
    numbers = []
    for range in text.split(separator: ",") {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
        0 <= first, first <= last, last < Self.mostNumbers
      else { return nil }
      numbers.formUnion(first...last)
    }
    guard !numbers.isEmpty else { return nil }
  }

  var count: Int { numbers.count }

  var sorted: [Int] { numbers.sorted() }

  /// The list with its noun: `CPU 3`, `CPUs 0-3,8`.
  var named: String { count == 1 ? "CPU \(self)" : "CPUs \(self)" }

  func intersection(_ other: CPUList) -> CPUList {
    CPUList(numbers.intersection(other.numbers))
  }

  var description: String {
    var ranges: [ClosedRange<Int>] = []
    for number in sorted {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
