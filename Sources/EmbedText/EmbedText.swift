import Foundation

/// Writes a text file as a Swift string: `EmbedText INPUT OUTPUT` makes `EmbeddedText.NAME` of `NAME.json`.
@main
enum EmbedText {
  static func main() throws {
    guard CommandLine.arguments.count == 3 else {
      throw Refusal(description: "usage: EmbedText INPUT OUTPUT")
    }
    let input = URL(filePath: CommandLine.arguments[1])
    let text = try String(contentsOf: input, encoding: .utf8)
    let name = input.deletingPathExtension().lastPathComponent
    let source = """
      // Made of \(input.lastPathComponent).

      extension EmbeddedText {
        static let \(name) = \(literal(text))
      }

      """
    try source.write(
      to: URL(filePath: CommandLine.arguments[2]), atomically: true, encoding: .utf8)
  }

  /// The text as a raw string that nothing in it can end, nor begin an escape in.
  private static func literal(_ text: String) -> String {
    var fence = "#"
    while text.contains("\"\"\"\(fence)") || text.contains("\\\(fence)") { fence += "#" }
    return "\(fence)\"\"\"\n\(text)\n\"\"\"\(fence)"
  }
}

/// Why nothing was written.
struct Refusal: Error, CustomStringConvertible {
  let description: String
}
