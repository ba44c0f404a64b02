extension DaemonStatus {
  /// A calibration that somebody is led through.
  public struct Calibration: Hashable, Sendable, Codable {
    /// True while it goes on.
    public var isRunning: Bool
    /// True when every task was done.
    public var isFinished: Bool
    /// What the person was told so far, oldest first.
    public var said: [String]
    /// The recording that holds its markers.
    public var recording: String

    /// A calibration; see the properties.
    public init(isRunning: Bool, isFinished: Bool, said: [String], recording: String) {
      self.isRunning = isRunning
      self.isFinished = isFinished
      self.said = said
      self.recording = recording
    }
  }
}
