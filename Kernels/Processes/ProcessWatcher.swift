import CProcess

/// A process of a few lines that outlives this one by a moment, and kills the groups it was told of.
///
/// A process that is killed cannot clean up, and children that it had stopped would wait for ever.
public final class ProcessWatcher {
  private let descriptor: Int32

  /// Starts one; `nil` where there are no more processes or descriptors.
  ///
  /// To be made early: it shares the memory of this process until either writes to it.
  public init?() {
    descriptor = cprocess_watch()
    guard descriptor >= 0 else { return nil }
  }

  deinit { cprocess_close(descriptor) }

  /// From now on the group ends with this process.
  func watch(_ group: Int) { cprocess_tell(descriptor, Int32(group), true) }

  /// The group has ended.
  func forget(_ group: Int) { cprocess_tell(descriptor, Int32(group), false) }
}

/// A lock that lives as long as the process that holds it, however that ends.
public final class ProcessLock {
  private let descriptor: Int32

  /// Why there is no lock.
  public enum Refusal: Error, Hashable, Sendable {
    /// Another process holds it.
    case held
    /// There can be no such file.
    case impossible
  }

  /// Takes the lock on a file, which is made where it is not there.
  public init(_ path: String) throws(Refusal) {
    descriptor = path.withCString { cprocess_lock($0) }
    guard descriptor >= 0 else { throw descriptor == -1 ? .held : .impossible }
  }

  deinit { cprocess_close(descriptor) }

  /// Writes into the file who holds it.
  public func describe(_ text: String) {
    text.withCString { cprocess_describe_lock(descriptor, $0) }
  }
}
