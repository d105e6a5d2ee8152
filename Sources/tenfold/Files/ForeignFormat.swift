import FoundationEssentials

/// Formats of model files that are handed over in place of the one that is read, told by how they begin.
///
/// Their readers would say that the first byte is wrong; what helps is to know what the file is.
enum ForeignFormat: String, CaseIterable {
  case gguf = "GGUF"
  case pytorch = "PyTorch or zip"
  case gzip
  case numpy = "NumPy"
  case hdf5 = "HDF5"

  /// The format of the regular file at `path`; `nil` for any other, and for one that cannot be read.
  ///
  /// The file is mapped and not read: checkpoints are larger than memory.
  init?(of path: String) {
    guard let bytes = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe),
      let format = Self.allCases.first(where: { bytes.starts(with: $0.mark) })
    else { return nil }
    self = format
  }

  /// The bytes that every file of the format begins with, by its specification.
  private var mark: [UInt8] {
    switch self {
    case .gguf: Array("GGUF".utf8)
    case .pytorch: Array("PK".utf8) + [3, 4]
    case .gzip: [0x1f, 0x8b]
    case .numpy: [0x93] + Array("NUMPY".utf8)
    case .hdf5: [0x89] + Array("HDF".utf8)
    }
  }
}
