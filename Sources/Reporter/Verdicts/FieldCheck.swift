import ModelSpec

/// Refuses what a field of a record cannot hold, naming the field as the document does.
struct FieldCheck {
  /// The cell whose fields are checked; `nil` for those of the record itself.
  let cell: Cell?

  /// The error for a field, to be thrown.
  func contradiction(_ field: String, _ reason: String) -> RecordContradiction {
    RecordContradiction(cell, field, reason)
  }

  /// Refuses what is no positive, finite number, as ratios, times and rates are.
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

  /// Refuses what is no finite number of at least 0, as an amount is.
  func requireAmount(_ number: Double, _ field: String) throws(RecordContradiction) {
    guard number.isFinite, number >= 0 else {
      throw contradiction(field, "is \(number), which is no amount")
    }
  }

  /// Refuses a negative count.
  func requireAmount(_ count: Int, _ field: String) throws(RecordContradiction) {
    guard count >= 0 else { throw contradiction(field, "is \(count), which is no amount") }
  }

  /// Refuses a number outside of a range, for a reason that ends the sentence.
  func require(
    _ number: Double, _ field: String, in range: ClosedRange<Double>, because reason: String
  ) throws(RecordContradiction) {
    guard range.contains(number) else { throw contradiction(field, "is \(number), and \(reason)") }
  }

  /// The largest accepted rate, in FLOPs or bytes per second: more than a million of today's
  /// servers have.
  static let mostPerSecond = 1e20

  /// Refuses rates that no machine has.
  func require(_ ceiling: Ceiling, _ field: String) throws(RecordContradiction) {
    try requirePositive(ceiling.threads, "\(field).threads")
    for (name, rate) in [
      ("peak_flops_per_second", ceiling.peakFlopsPerSecond),
      ("read_bytes_per_second", ceiling.readBytesPerSecond),
    ] {
      try requirePositive(rate, "\(field).\(name)")
      try require(
        rate, "\(field).\(name)", in: 0...Self.mostPerSecond, because: "no machine has such a rate")
    }
    for (engine, rates) in ceiling.tileRates.sorted(by: { $0.key < $1.key }) {
      for (index, rate) in rates.enumerated() {
        let ofEngine = engine == EngineTraits.tile.name ? "" : " of \(engine)"
        try requireAmount(rate, "\(field).tile_flops_per_second[\(index)]\(ofEngine)")
      }
    }
  }

  /// Refuses counts and amounts that no machine has.
  func require(_ machine: MachineIdentity) throws(RecordContradiction) {
    try requireAmount(machine.logicalCPUs, "machine.logical_cpus")
    try requirePositive(machine.effectiveCPUs, "machine.effective_cpus")
    try requireAmount(machine.memoryBytes, "machine.memory_bytes")
    let counts = [
      ("last_level_cache_bytes", machine.lastLevelCacheBytes),
      ("last_level_caches", machine.lastLevelCaches),
      ("processors.cores", machine.processors?.cores),
      ("processors.threads_per_core", machine.processors?.threadsPerCore),
      ("processors.sockets", machine.processors?.sockets),
      ("memory.nodes", machine.memory?.nodes),
    ]
    for (name, count) in counts {
      if let count { try requirePositive(count, "machine.\(name)") }
    }
    if let quota = machine.processors?.quota {
      try requirePositive(quota, "machine.processors.quota")
    }
    guard let throttling = machine.throttling else { return }
    for (name, reading) in [("before", throttling.before), ("after", throttling.after)] {
      try requireAmount(reading.times, "machine.throttling.\(name).times")
      try requireAmount(reading.seconds, "machine.throttling.\(name).seconds")
    }
  }

  /// Refuses options that no run can have had.
  func require(_ options: RunOptions) throws(RecordContradiction) {
    try requirePositive(options.threads, "options.threads")
    try requirePositive(options.budgetSeconds, "options.budget_seconds")
    try requirePositive(options.memoryBytes, "options.memory_bytes")
    if let interval = options.interval { try requirePositive(interval, "options.interval") }
    for size in Workload.Size.allCases {
      for (index, count) in (options[size] ?? []).enumerated() {
        let field = "options.\(size)[\(index)]"
        try size == .context ? requireAmount(count, field) : requirePositive(count, field)
      }
    }
    for (index, threads) in (options.threadCounts ?? []).enumerated() {
      try requirePositive(threads, "options.thread_counts[\(index)]")
    }
  }
}
