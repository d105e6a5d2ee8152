import ModelSpec

/// Refuses what a field of a record cannot hold, naming the field as the document does.
struct FieldCheck {
  /// The cell whose fields are checked; `nil` for those of the record itself.
  let cell: Cell?

  /// What is wrong with a field, to be thrown.
  func contradiction(_ field: String, _ reason: String) -> RecordContradiction {
    RecordContradiction(cell, field, reason)
  }

  /// Refuses whatever is no ratio, time or rate.
  func requirePositive(_ number: Double, _ field: String) throws(RecordContradiction) {
    guard number.isFinite, number > 0 else {
      throw contradiction(field, "is \(number), which is no positive number")
    }
  }

  /// Refuses what is no count of at least one thing.
  func requirePositive(_ count: Int, _ field: String) throws(RecordContradiction) {
    guard count > 0 else {
      throw contradiction(field, "is \(count), which is no positive number")
    }
  }

  /// Refuses what is no amount of something that may not be there at all.
  func requireAmount(_ number: Double, _ field: String) throws(RecordContradiction) {
    guard number.isFinite, number >= 0 else {
      throw contradiction(field, "is \(number), which is no amount")
    }
  }

  /// Refuses a count of less than nothing.
  func requireAmount(_ count: Int, _ field: String) throws(RecordContradiction) {
    guard count >= 0 else { throw contradiction(field, "is \(count), which is no amount") }
  }

  /// Refuses a number outside of what it can be.
  func require(
    _ number: Double, _ field: String, in range: ClosedRange<Double>, because reason: String
  ) throws(RecordContradiction) {
    guard range.contains(number) else { throw contradiction(field, "is \(number), and \(reason)") }
  }

  /// Refuses rates that no machine has.
  func require(_ ceiling: Ceiling, _ field: String) throws(RecordContradiction) {
    try requirePositive(ceiling.threads, "\(field).threads")
    try requirePositive(ceiling.peakFlopsPerSecond, "\(field).peak_flops_per_second")
    try requirePositive(ceiling.readBytesPerSecond, "\(field).read_bytes_per_second")
    for (engine, rates) in ceiling.tileRates.sorted(by: { $0.key < $1.key }) {
      for (index, rate) in rates.enumerated() {
        let ofEngine = engine == EngineTraits.tile.name ? "" : " of \(engine)"
        try requireAmount(rate, "\(field).tile_flops_per_second[\(index)]\(ofEngine)")
      }
    }
  }
}
