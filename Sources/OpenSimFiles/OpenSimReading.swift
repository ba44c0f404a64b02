public import Musculoskeletal

/// Something that a model file says and the model read from it leaves out.
public struct OmittedPart: Hashable, Sendable, CustomStringConvertible {
  /// The file as the caller named it.
  public var file: String
  /// Line in the file, counted from one [1].
  public var line: Int
  /// What is left out, naming the element.
  public var message: String
  /// True when leaving it out changes the motion: it was let through by `ignoringUnsupported` alone.
  public var changesMotion: Bool

  /// One line in the form that editors jump to.
  public var description: String {
    "\(file):\(line): \(changesMotion ? "warning: ignored: " : "note: not read: ")\(message)"
  }
}

/// A model and what of its file is not in it.
public struct OpenSimReading: Hashable, Sendable {
  /// The model.
  public var model: ModelDescription
  /// What was left out, in the order of reading.
  public var omitted: [OmittedPart]
}

/// Decides about what is not supported: an error, or on request a remark.
struct Leniency {
  /// True when what can be left out is.
  let ignoresUnsupported: Bool
  /// What was left out.
  private(set) var omitted: [OmittedPart] = []

  init(ignoresUnsupported: Bool) {
    self.ignoresUnsupported = ignoresUnsupported
  }

  /// Fails with `error`, or notes it when the caller asked for that.
  mutating func refuse(_ error: OpenSimError) throws(OpenSimError) {
    guard ignoresUnsupported else { throw error }
    omitted.append(
      OmittedPart(file: error.file, line: error.line, message: error.message, changesMotion: true))
  }

  /// Notes that `element` is left out, which changes no motion.
  mutating func skip(_ element: OpenSimElement, _ message: String) {
    omitted.append(
      OmittedPart(file: element.file, line: element.line, message: message, changesMotion: false))
  }
}
