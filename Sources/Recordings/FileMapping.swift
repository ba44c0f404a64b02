/// Which column of a foreign file is which, as a session file says it.
public struct FileMapping: Hashable, Sendable {
  /// One column that is taken.
  public struct Column: Hashable, Sendable {
    /// The channel that it becomes.
    public var label: String
    /// How the file calls it, with or without the unit in its name.
    public var column: String
    /// The unit of its numbers; nil takes the file's own.
    public var unit: String?

    /// The column `column` as channel `label`.
    public init(label: String, column: String, unit: String? = nil) {
      self.label = label
      self.column = column
      self.unit = unit
    }
  }

  /// The file's name without its folder; `*` stands for anything.
  public var file: String
  /// The stream that it becomes; nil takes the file's name without its ending.
  public var stream: String?
  /// What stands between cells; nil finds out.
  public var delimiter: Character?
  /// The column that holds the time; nil looks for one called so.
  public var timeColumn: String?
  /// Seconds in a unit of the time column; nil takes the file's own unit, or seconds [s per unit].
  public var timeFactor: Double?
  /// Rows a second, for files without a time column; nil needs one [Hz].
  public var rate: Double?
  /// What is added to the file's times to bring it onto the timeline of the others [s].
  public var shift = 0.0
  /// The columns that are taken, in file order; none takes all as they are.
  public var columns: [Column] = []

  /// Takes the files of this name as they are.
  public init(file: String) {
    self.file = file
  }

  /// True for the file at `path`.
  func matches(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var parts = file.split(separator: "*", omittingEmptySubsequences: false)[...]
    guard let first = parts.popFirst(), name.hasPrefix(first) else { return false }
    guard let last = parts.popLast() else { return name == file }
    var rest = name.dropFirst(first.count)
    guard rest.count >= last.count, rest.hasSuffix(last) else { return false }
    rest = rest.dropLast(last.count)
    for part in parts where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
