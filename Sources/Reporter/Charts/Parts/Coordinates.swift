extension Double {
  /// The number as SVG has it, to a tenth of a unit.
  ///
  /// A tenth is less than anyone sees, and the last bits of a logarithm do not change a file.
  var coordinate: String {
    precondition(isFinite, "a picture has no place for it")
    let tenths = Int((self * 10).rounded())
    let digits = tenths.magnitude
    let fraction = digits % 10 == 0 ? "" : ".\(digits % 10)"
    return "\(tenths < 0 ? "-" : "")\(digits / 10)\(fraction)"
  }
}

/// A place in a picture, in units of its view box: x to the right, y downwards.
struct Point: Hashable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// An upright rectangle of a picture.
struct Box: Hashable {
  var minX: Double
  var minY: Double
  var maxX: Double
  var maxY: Double

  /// A box of a size around a place.
  init(around center: Point, width: Double, height: Double) {
    minX = center.x - width / 2
    maxX = center.x + width / 2
    minY = center.y - height / 2
    maxY = center.y + height / 2
  }

  init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  func overlaps(_ other: Box) -> Bool {
    minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
  }

  func encloses(_ other: Box) -> Bool {
    minX <= other.minX && other.maxX <= maxX && minY <= other.minY && other.maxY <= maxY
  }
}
