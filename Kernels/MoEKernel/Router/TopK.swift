/// The K largest of many values, in an order that is total: larger first, ties to the lower index,
/// NaN after every number.
enum TopK {
  /// A value and its index in one integer that sorts as the two do.
  ///
  /// The upper half is the float's bits made monotonic (negative values reversed), the lower half
  /// the index reversed, so that of equal values the lower index is larger.
  @inline(__always)
  static func key(_ value: Float, _ index: Int) -> Int64 {
    // Adding zero turns -0 into +0, which are a tie.
    let bits = Int32(bitPattern: (value + 0).bitPattern)
    let monotonic = bits ^ ((bits &>> 31) & Int32.max)
    let ordered = value == value ? monotonic : Int32.min
    return Int64(ordered) &<< 32 | Int64(UInt32.max &- UInt32(truncatingIfNeeded: index))
  }

  /// The index that a key was made with.
  @inline(__always)
  static func index(of key: Int64) -> Int {
    Int(UInt32.max &- UInt32(truncatingIfNeeded: key))
  }

  /// Writes the indices of the `wanted` largest of `values`, largest first.
  ///
  /// The list is kept sorted and a newcomer pushes the smallest out: one comparison of integers for most
  /// values, and no memory but `keys`, which holds `wanted` elements. Inserting takes up to `wanted` steps, so
  /// this is for the K of a router, not for long lists.
  static func select(
    _ wanted: Int, of values: UnsafeMutablePointer<Float>, count: Int,
    keys: UnsafeMutablePointer<Int64>
  ) {
    precondition(
      wanted >= 1 && wanted <= count, "the \(wanted) largest of \(count) values do not exist")
    var held = 0
    for index in 0..<count {
      let candidate = key(values[index], index)
      if held == wanted {
        if candidate < keys[held &- 1] { continue }
        held &-= 1
      }
      var place = held
      while place > 0 && keys[place &- 1] < candidate {
        keys[place] = keys[place &- 1]
        place &-= 1
      }
      keys[place] = candidate
      held &+= 1
    }
  }
}
