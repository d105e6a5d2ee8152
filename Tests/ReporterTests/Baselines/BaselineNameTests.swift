import Testing

@testable import Reporter

@Suite("Names of stored baselines")
struct BaselineNameTests {
  @Test(
    "a name is its folder, and what could lead elsewhere stands as bytes",
    arguments: [
      ("main", "main"), ("release/1.2", "release%2F1.2"), ("v1.0_x-y", "v1.0_x-y"),
      ("two words", "two%20words"), ("é", "%C3%A9"), ("50%", "50%25"), ("a\\b", "a%5Cb"),
      ("CON:", "CON%3A"),
    ])
  func folders(_ text: String, _ folder: String) throws {
    let name = try BaselineName(text)
    #expect(name.folder == folder && name.description == text)
    #expect(BaselineName(folder: folder) == name)
  }

  @Test(
    "what is no name is refused with a reason that can be printed",
    arguments: [
      "", "-x", "--name", ".", "..", "../x", ".hidden", "a/../b", "a//b", "/etc", "a/", "a/.",
      "a\0b", "a\nb", "\u{1B}[31m", "a\u{202E}b", String(repeating: "x", count: 300),
      String(repeating: "é", count: 40),
    ])
  func refused(_ text: String) throws {
    let refusal = try #require(throws: BaselineName.Refusal.self) { try BaselineName(text) }
    #expect(refusal.description.contains("is no name of a baseline"))
    #expect(refusal.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" })
    #expect(refusal.description.utf8.count < 1300)
  }

  @Test(
    "a folder that no name makes is none",
    arguments: ["", "..", ".git", "%2E%2E", "a%2", "a%zz", "a b", "a%2fb", "%61", "%FF", "a%00"])
  func otherFolders(_ folder: String) {
    #expect(BaselineName(folder: folder) == nil)
  }
}
