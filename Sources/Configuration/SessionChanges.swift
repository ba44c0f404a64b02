public import Devices

/// What a session file that is read anew changes about the running session.
public struct SessionChanges: Hashable, Sendable {
  /// What concerns only what is around the pipeline, and may change at any time.
  public private(set) var anytime: [SettingChange] = []
  /// What concerns the feed's evidence and rates, and may change while it is disarmed.
  public private(set) var whileDisarmed: [SettingChange] = []
  /// Everything else, a sentence each: it holds after a restart.
  public private(set) var needsRestart: [String]
  private let read: SessionConfiguration

  /// What `read` changes about a session that began as `begun` and is by now as `running` says.
  public init(
    begun: SessionConfiguration, running: SessionConfiguration, read: SessionConfiguration
  ) {
    self.read = read
    if running.recordingFolder != read.recordingFolder {
      anytime.append(
        SettingChange(
          key: Self.folder, value: nil,
          words: "\(running.recordingFolder) -> \(read.recordingFolder)"))
    }
    // a feed that comes or goes does so with a restart
    if let fed = running.feed, let wanted = read.feed {
      for key in Self.feedKeys where key.value(fed) != key.value(wanted) {
        whileDisarmed.append(
          SettingChange(
            key: key.name, value: key.value(wanted),
            words: "\(key.words(fed)) -> \(key.words(wanted))"))
      }
    }
    let isFed = begun.feed != nil && read.feed != nil
    let before = SessionLeaves(begun)
    let after = SessionLeaves(read)
    needsRestart = before.differences(
      to: after, without: [Self.folder] + (isFed ? Self.feedKeys.map(\.name) : []))
    for file in read.files where !after.includedFiles.contains(file.path) {
      if let old = begun.files.first(where: { $0.path == file.path }), old.text != file.text {
        needsRestart.append("\(file.path): its content has changed")
      }
    }
  }

  /// Keys that may change while a session runs; what receivers are built for, as `diffmsm feed` prints it,
  /// is not among them.
  public static var keys: [String] { [folder] + feedKeys.map(\.name) }

  /// True when the file says nothing new.
  public var isEmpty: Bool {
    anytime.isEmpty && whileDisarmed.isEmpty && needsRestart.isEmpty
  }

  /// Puts into force what may change at any time, and the rest of it when the feed `isDisarmed`.
  public func apply(to running: inout SessionConfiguration, isDisarmed: Bool) {
    running.recordingFolder = read.recordingFolder
    guard isDisarmed, var fed = running.feed, let wanted = read.feed else { return }
    for key in Self.feedKeys { key.take(&fed, wanted) }
    running.feed = fed
  }

  private static let folder = "recording.folder"

  /// A key of the feed that may change.
  private struct FeedKey {
    let name: String
    /// What it says [the key's unit].
    let value: (FeedConfiguration) -> Double
    /// The same in words.
    let words: (FeedConfiguration) -> String
    /// Takes it from the second into the first.
    let take: (inout FeedConfiguration, FeedConfiguration) -> Void

    /// A number at `path`, of which a file says `value` in `unit`.
    init(
      _ name: String, _ unit: String, _ path: WritableKeyPath<FeedConfiguration, Double>,
      value: @escaping (Double) -> Double = { $0 }
    ) {
      self.name = name
      self.value = { value($0[keyPath: path]) }
      words = { "\(Float(value($0[keyPath: path])))" + (unit.isEmpty ? "" : " \(unit)") }
      take = { $0[keyPath: path] = $1[keyPath: path] }
    }

    /// A whole number at `path`, of which a file says one in `factor`.
    init(
      _ name: String, _ unit: String, _ path: WritableKeyPath<FeedConfiguration, Int>,
      factor: Int = 1
    ) {
      self.name = name
      value = { Double($0[keyPath: path] / factor) }
      words = { "\($0[keyPath: path] / factor)" + (unit.isEmpty ? "" : " \(unit)") }
      take = { $0[keyPath: path] = $1[keyPath: path] }
    }

    /// The scale that is asked for.
    init(scale name: String) {
      self.name = name
      value = { Double(FeedConfiguration.Scale.allCases.firstIndex(of: $0.scale) ?? 0) }
      words = { $0.scale.rawValue }
      take = { $0.scale = $1.scale }
    }
  }

  private static var feedKeys: [FeedKey] {
    [
      FeedKey("feed.recovery", "s", \.recovery),
      FeedKey("feed.hold_limit", "s", \.holdLimit),
      FeedKey("feed.torque_sd", "", \.torqueDeviation),
      FeedKey("feed.relative_sd", "", \.relativeDeviation),
      FeedKey("feed.estimator_timeout", "s", \.estimatorTimeout),
      FeedKey("feed.refusals", "", \.refusals),
      FeedKey(scale: "feed.scale"),
      FeedKey("feed.state_rate", "Hz", \.statePeriod) { 1 / $0 },
      FeedKey("feed.parameters_rate", "Hz", \.parametersPeriod) { 1 / $0 },
      FeedKey("feed.calibration_age", "s", \.calibrationAge),
      FeedKey("feed.free_space", "MiB", \.freeSpace, factor: 1 << 20),
    ]
  }
}
