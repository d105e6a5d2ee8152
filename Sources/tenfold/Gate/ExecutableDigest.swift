import FoundationEssentials
import Reporter

/// What an executable loads, as a hash: two builds of the same code have the same one.
///
/// Builds of one source in two directories differ in debug information and in the hashes of Swift's modules;
/// neither is loaded or decides anything. Of a file that is no ELF of 64 bits all bytes count.
struct ExecutableDigest: Hashable {
  /// SHA-256 in hexadecimal.
  let text: String

  /// - Throws: `Failure` where the file cannot be read.
  init(of path: String) throws(Failure) {
    let bytes = try InputFile.read(path, as: "executable", atMost: Self.mostBytes)
    let message = Self.loadedSections(of: bytes) ?? bytes
    text = SHA256.hexadecimal(of: message)
  }

  /// Far larger than any executable.
  private static let mostBytes = 1 << 30

  /// Sections that are loaded and hold no code: the linker's hash of the whole file, and hashes that the Swift
  /// compiler keeps of what a module was built from.
  private static let leftOut: Set<String> = [".note.gnu.build-id", ".swift_modhash"]

  /// The bytes of all sections with SHF_ALLOC that have any (System V ABI, chapter 4, as ELF-64 has it), each
  /// after its name and its address; `nil` for a file without a table of sections.
  private static func loadedSections(of bytes: [UInt8]) -> [UInt8]? {
    let file = ELFFile(bytes)
    guard let sections = file?.sections else { return nil }
    var message: [UInt8] = []
    for section in sections where section.isLoaded && !leftOut.contains(section.name) {
      message += Array("\(section.name) \(section.address) \(section.range.count)\n".utf8)
      message += bytes[section.range]
    }
    return message.isEmpty ? nil : message
  }
}

/// The table of sections of an ELF file of 64 bits and the little end first.
private struct ELFFile {
  struct Section {
    let name: String
    let address: Int
    /// Where its bytes are in the file; empty for one that has none.
    let range: Range<Int>
    let isLoaded: Bool
  }

  let sections: [Section]

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let value = (0..<count).reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64(bytes[offset + $1])
      }
      return Int(exactly: value)
    }
    // e_shoff, e_shentsize, e_shnum, e_shstrndx.
    guard let table = number(at: 0x28, bytes: 8), let size = number(at: 0x3a, bytes: 2),
      let count = number(at: 0x3c, bytes: 2), let names = number(at: 0x3e, bytes: 2),
      size >= 64, table > 0, table <= bytes.count - size * count, names < count,
      let nameTable = number(at: table + names * size + 0x18, bytes: 8)
    else { return nil }
    var sections: [Section] = []
    for index in 0..<count {
      let header = table + index * size
      // sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size.
      guard let name = number(at: header, bytes: 4), let type = number(at: header + 4, bytes: 4),
        let flags = number(at: header + 8, bytes: 8),
        let address = number(at: header + 0x10, bytes: 8),
        let offset = number(at: header + 0x18, bytes: 8),
        let length = number(at: header + 0x20, bytes: 8),
        nameTable <= bytes.count - name
      else { return nil }
      let hasBytes = type != Self.noBits && offset <= bytes.count && length <= bytes.count - offset
      let text = bytes[(nameTable + name)...].prefix { $0 != 0 }
      sections.append(
        Section(
          name: String(decoding: text, as: UTF8.self), address: address,
          range: hasBytes ? offset..<offset + length : 0..<0,
          isLoaded: flags & Self.allocated != 0))
    }
    self.sections = sections
  }

  /// SHT_NOBITS: memory that begins as zeros.
  private static let noBits = 8
  /// SHF_ALLOC: takes memory while the program runs.
  private static let allocated = 2
}
