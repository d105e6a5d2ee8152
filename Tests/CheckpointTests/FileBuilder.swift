@testable import Checkpoint

/// The bytes of a safetensors file with this header, right or wrong.
func fileBytes(header: String, data: [UInt8] = []) -> [UInt8] {
  fileBytes(headerBytes: Array(header.utf8), data: data)
}

/// The same for a header that is not text.
func fileBytes(headerBytes: [UInt8], data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(headerBytes.count)) + headerBytes + data
}

/// The bytes of a number, least significant first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// A tensor of 32-bit floats that is about to be written.
struct StoredTensor {
  var shape: [Int]
  var values: [Float]
}

/// A well-formed file of these tensors.
func file(of tensors: [String: StoredTensor]) throws -> SafetensorsFile {
  var entries: [String] = []
  var data: [UInt8] = []
  for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
    let begin = data.count
    data.reserveCapacity(begin + 4 * tensor.values.count)
    for value in tensor.values {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        data.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
      }
    }
    entries.append(
      #""\#(name)":{"dtype":"F32","shape":\#(tensor.shape),"#
        + #""data_offsets":[\#(begin),\#(data.count)]}"#)
  }
  return try SafetensorsFile(
    bytes: fileBytes(header: "{\(entries.joined(separator: ","))}", data: data))
}

/// The same file with another header over the same data.
func replacing(_ text: String, with replacement: String, inHeaderOf bytes: [UInt8]) -> [UInt8] {
  let dataStart = 8 + Int(bytes.span.littleEndian64(at: 0))
  let header = String(decoding: bytes[8..<dataStart], as: UTF8.self)
  return fileBytes(
    header: header.replacing(text, with: replacement), data: Array(bytes[dataStart...]))
}

/// The tensors of a file, to be changed and written again.
func storedTensors(of file: SafetensorsFile) throws -> [String: StoredTensor] {
  try Dictionary(
    uniqueKeysWithValues: file.tensors.map {
      ($0.name, StoredTensor(shape: $0.shape, values: try file.floats($0.name)))
    })
}
