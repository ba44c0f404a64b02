/// What a key of a session file says anew while the session runs.
public struct SettingChange: Hashable, Sendable, Codable {
  /// The key, as in `feed.recovery`.
  public var key: String
  /// What it says now, in the SI unit of the key; a choice counts from zero in its documented order, and
  /// what is no number has none [the key's unit].
  public var value: Double?
  /// What it said and what it says, in the file's words.
  public var words: String

  /// A change of `key`; see the properties.
  public init(key: String, value: Double?, words: String) {
    self.key = key
    self.value = value
    self.words = words
  }

  /// `key: words`.
  public var sentence: String { "\(key): \(words)" }
}
