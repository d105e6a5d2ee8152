// The keys that `tenfold.claims/1` promises are there for every claim, null where there is no value;
// what else a claim does not have is left out.

extension Claim {
  /// Writes the keys of `tenfold.claims/1`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(claimant, forKey: .claimant)
    try container.encode(model, forKey: .model)
    try container.encode(baseline, forKey: .baseline)
    try container.encode(metric, forKey: .metric)
    try container.encode(ratio, forKey: .ratio)
    try container.encode(qualifier, forKey: .qualifier)
    try container.encode(source, forKey: .source)
    try container.encode(provenance, forKey: .provenance)
    try container.encode(scope, forKey: .scope)
    try container.encode(test, forKey: .test)
    try container.encodeIfPresent(modelID, forKey: .modelID)
    try container.encodeIfPresent(baselineID, forKey: .baselineID)
    try container.encodeIfPresent(wording, forKey: .wording)
    try container.encodeIfPresent(arithmetic, forKey: .arithmetic)
    try container.encodeIfPresent(conditions, forKey: .conditions)
    try container.encodeIfPresent(notes, forKey: .notes)
  }
}

extension Claim.Source {
  /// Writes the keys of `tenfold.claims/1`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(title, forKey: .title)
    try container.encode(url, forKey: .url)
    try container.encode(place, forKey: .place)
  }
}
