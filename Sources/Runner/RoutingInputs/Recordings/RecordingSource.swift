/// Where a recorded routing comes from, and which one it is.
public struct RecordingSource: Hashable, Sendable, CustomStringConvertible {
  /// The file as its user named it.
  public let name: String
  /// The model's layer that was recorded, `nil` when the file names none.
  public let layer: Int?
  /// FNV-1a checksum of what was read, 16 hexadecimal digits: two files of one name differ in it.
  public let digest: String

  /// What the command line reads behind `trace:`, such as `chat.jsonl#layer=3`.
  public var description: String {
    name + (layer.map { "#layer=\($0)" } ?? "")
  }
}
