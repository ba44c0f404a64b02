internal import Signals

/// Columns of numbers that were sampled together, from any file, with the rate and gaps of their times.
public struct TimedStream: Sendable {
  /// One column.
  public struct Column: Hashable, Sendable {
    /// The channel's name.
    public var label: String
    /// The unit as written; empty when the file gives none.
    public var unit: String
    /// The numbers; NaN where nothing was measured (row count) [unit].
    public var values: [Double]
    /// From one native count to the next where the values are counts; nil where they are not [unit].
    public var resolution: Double?

    /// A column of a stream.
    public init(label: String, unit: String, values: [Double], resolution: Double? = nil) {
      self.label = label
      self.unit = unit
      self.values = values
      self.resolution = resolution
    }
  }

  /// The stream's name.
  public var name: String
  /// When each row was taken (row count) [s].
  public private(set) var times: [Double]
  /// Rows a second; zero when they are not regular [Hz].
  public private(set) var nominalRate: Double
  /// Rows before which others are missing.
  public private(set) var gaps: Set<Int>
  /// The columns, in file order (count).
  public var columns: [Column]

  /// A stream whose rate and gaps its times show.
  public init(name: String, times: [Double], columns: [Column]) {
    self.name = name
    self.times = times
    self.columns = columns
    nominalRate = 0
    gaps = []
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    guard !steps.isEmpty else { return }
    let median = steps.sorted()[steps.count / 2]
    // Regular: every step is a whole number of median steps to within 1 %, or what the file's own rounding
    // of its times does; more than one step is a gap.
    func isRegular(within slack: Double) -> Bool {
      steps.allSatisfy { abs($0 - max(1, ($0 / median).rounded()) * median) < slack }
    }
    let rounded = 0.01 * median + Self.rounding(of: times)
    guard isRegular(within: 0.01 * median) || (rounded < 0.3 * median && isRegular(within: rounded))
    else { return }
    gaps = Set(steps.indices.filter { steps[$0] > 1.5 * median }.map { $0 + 1 })
    // Counting all steps beats the median of rounded ones.
    let stepCount = steps.reduce(0) { $0 + ($1 / median).rounded() }
    let rate = stepCount / (times[times.count - 1] - times[0])
    nominalRate = abs(rate - rate.rounded()) < 1e-6 * rate ? rate.rounded() : rate
  }

  /// A stream whose rate the file states; `gaps` are the rows before which others are missing.
  public init(
    name: String, times: [Double], nominalRate: Double, gaps: Set<Int> = [], columns: [Column]
  ) {
    self.name = name
    self.times = times
    self.nominalRate = nominalRate
    self.gaps = gaps
    self.columns = columns
  }

  /// What the stream holds, as XDF and BIDS call it: `EMG`, `Angle`, `Force`, `Mixed`.
  public var type: String {
    let units = Set(columns.map { PhysicalUnit($0.unit)?.siUnit ?? "" })
    switch units {
    case ["V"]: return "EMG"
    case ["rad"], ["rad/s"], ["rad", "rad/s"]: return "Angle"
    case ["N"], ["N*m"], ["N", "N*m"]: return "Force"
    default: return "Mixed"
    }
  }

  /// Keeps the rows that are there; the others become gaps.
  mutating func keep(_ isThere: [Bool]) {
    let kept = times.indices.filter { isThere[$0] }
    gaps = Set(
      kept.indices.dropFirst().filter {
        kept[$0] != kept[$0 - 1] + 1
          || (kept[$0 - 1] + 1...kept[$0]).contains(where: gaps.contains)
      })
    times = kept.map { times[$0] }
    for column in columns.indices {
      columns[column].values = kept.map { columns[column].values[$0] }
    }
  }

  /// Adds `shift` to every time [s].
  mutating func move(by shift: Double) {
    if shift != 0 { times = times.map { $0 + shift } }
  }

  /// How far written steps may be off: the last digit that any of the times has [s].
  private static func rounding(of times: [Double]) -> Double {
    var digit = 1.0
    for _ in 0..<9 {
      // a few are enough to tell
      let isWhole = times.prefix(200).allSatisfy {
        abs($0 / digit - ($0 / digit).rounded()) < 1e-9 * max(1, abs($0 / digit))
      }
      if isWhole { return digit < 1 ? digit : 0 }
      digit /= 10
    }
    return 0
  }
}

extension TimedStream {
  /// What was written, in a line for the user.
  var summary: StreamConversion.Summary {
    StreamConversion.Summary(
      name: name, sampleCount: times.count, nominalRate: nominalRate, gapCount: gaps.count)
  }

  /// Values stay in the file's own unit, which the header names.
  var header: XDFStreamHeader {
    let type = type
    return XDFStreamHeader(
      name: name, type: type, nominalRate: nominalRate, format: .double64,
      channels: columns.map { XDFChannel(label: $0.label, unit: $0.unit, type: type) },
      createdAt: times.first ?? 0, uid: String(SHA256(name).description.prefix(32)))
  }

  /// Writes a tenth of a second a chunk, a new one at each gap, each row its own when irregular.
  func write(to writer: inout XDFWriter, as stream: XDFStreamID) throws(XDFError) {
    if columns.isEmpty { return }
    let longest = nominalRate > 0 ? max(1, Int(min(nominalRate * 0.1, 1e5))) : 1
    var block = SampleBlock(capacity: longest * columns.count)
    var row = 0
    while row < times.count {
      let first = row
      block.begin(stream: 0, channelCount: columns.count, firstSample: Int64(row))
      repeat {
        let sample = block.appendSample()
        for (channel, column) in columns.enumerated() {
          block[sample, channel] = column.values[row]
        }
        row += 1
      } while row < times.count && row - first < longest && !gaps.contains(row)
      try writer.append(stream, block: block, firstStamp: times[first])
    }
  }
}
