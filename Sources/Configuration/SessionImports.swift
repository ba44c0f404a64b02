/// Which column of a foreign file is which: one entry of a session's `import` section.
public struct ImportConfiguration: Hashable, Sendable {
  /// One column that is taken.
  public struct Column: Hashable, Sendable {
    /// The channel that it becomes.
    public var label: String
    /// How the file calls it.
    public var column: String
    /// The unit of its numbers; nil takes the file's own.
    public var unit: String?
  }

  /// The file's name without its folder; `*` stands for anything.
  public var file: String
  /// The stream that it becomes; nil takes the file's name without its ending.
  public var stream: String?
  /// What stands between cells; nil finds out.
  public var delimiter: Character?
  /// The column that holds the time; nil looks for one called so.
  public var timeColumn: String?
  /// Seconds in a unit of the time column; nil takes the file's own [s per unit].
  public var timeFactor: Double?
  /// Rows a second, for files without a time column [Hz].
  public var rate: Double?
  /// What is added to the file's times [s].
  public var shift = 0.0
  /// The columns that are taken; none takes all.
  public var columns: [Column] = []
}

extension SessionReading {
  /// The entries of the `import` section, in file order.
  func imports() -> [ImportConfiguration] {
    guard let section = root.optional("import"),
      let items = section.items("a list of files, as in [{ file: emg.csv, stream: emg }]")
    else { return [] }
    var imports: [ImportConfiguration] = []
    for item in items where item.isMapping {
      item.allow("file", "stream", "delimiter", "time", "rate", "shift", "columns")
      guard let file = item.required("file", "emg.csv")?.text("a file's name") else { continue }
      if file.contains("/") {
        item.optional("file")?.report(
          "\(item.keyPath).file has a folder", remedy: "write the file's name alone")
      }
      var entry = ImportConfiguration(file: file)
      entry.stream = item.optional("stream")?.text("the name of a stream")
      entry.delimiter = item.optional("delimiter").flatMap(delimiter)
      if let time = item.section("time") {
        time.allow("column", "unit")
        entry.timeColumn = time.optional("column")?.text("the time column's name")
        entry.timeFactor = time.optional("unit").flatMap(timeFactor)
      }
      entry.rate = item.quantity("rate", .frequency, .positive)
      if entry.rate != nil, let time = item.optional("time") {
        time.report(
          "\(item.keyPath) has both \"time\" and \"rate\"", remedy: "delete one of the two")
      }
      entry.shift = item.quantity("shift", .duration) ?? 0
      entry.columns = columns(item.section("columns"))
      imports.append(entry)
    }
    return imports
  }

  private func columns(_ node: ConfigurationNode?) -> [ImportConfiguration.Column] {
    var columns: [ImportConfiguration.Column] = []
    for (label, _, value) in node?.entries ?? [] {
      // a bare name, or a name and a unit
      if let name = value.plainText, !name.isEmpty {
        columns.append(ImportConfiguration.Column(label: label, column: name))
        continue
      }
      guard value.isMapping else { continue }
      value.allow("column", "unit")
      let name = value.required("column", "the column's name")?.text("the column's name")
      let unit = value.optional("unit")?.text("a unit, as in mV")
      guard let name else { continue }
      columns.append(ImportConfiguration.Column(label: label, column: name, unit: unit))
    }
    return columns
  }

  private func delimiter(_ node: ConfigurationNode) -> Character? {
    guard let text = node.text("one character between cells") else { return nil }
    if ["tab", "\\t"].contains(text) { return "\t" }
    if text == "blank" { return " " }
    guard text.count == 1, let mark = text.first, mark.isASCII else {
      node.report(
        "\(node.keyPath) is \(quotedDelimiter(text))",
        remedy: "write one ASCII character in quotes, tab or blank")
      return nil
    }
    return mark
  }

  private func quotedDelimiter(_ text: String) -> String { "\"\(text.prefix(20))\"" }

  private func timeFactor(_ node: ConfigurationNode) -> Double? {
    let known = ["s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60]
    guard let text = node.text("a unit of time, as in ms") else { return nil }
    if let factor = known[text] { return factor }
    node.report(
      "\(node.keyPath) is \"\(text.prefix(20))\"", remedy: "write one of: s, ms, us, ns, min")
    return nil
  }
}
