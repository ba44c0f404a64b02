internal import Musculoskeletal
internal import OpenSimFiles
internal import Signals

/// What a calibration file says; the session's own entries speak louder.
struct CalibrationValues: Hashable, Sendable {
  /// Linear envelope in the strongest contraction, by EMG signal [V].
  var maximumVoluntaryEnvelopes: [String: Double] = [:]
  /// The sensor's reading where the coordinate is zero, by coordinate [rad].
  var zeros: [String: Double] = [:]
  /// Plus or minus one, by coordinate [1].
  var signs: [String: Double] = [:]
  /// How inertial units lie on the segments, by coordinate.
  var hinges: [String: HingeAlignment] = [:]
  /// From EMG to motion [s].
  var delay: Double?
  /// Whose it is; nil without a file.
  var origin: CalibrationOrigin?
}

/// Whose calibration a session takes, as far as the file says.
public struct CalibrationOrigin: Hashable, Sendable {
  /// The file.
  public var file: String
  /// The subject's code.
  public var subject: String?
  /// When the calibration's trial was recorded, in ISO 8601.
  public var made: String?
  /// The serial number of the device behind each source, by the source's name.
  public var serials: [String: String] = [:]
}

extension SessionReading {
  /// The calibration that the session names; empty when it names none.
  func readCalibration(_ section: ConfigurationNode?) -> CalibrationValues {
    section?.allow("file", "pose")
    guard let node = section?.optional("file"), let name = node.text("the path of a calibration")
    else { return CalibrationValues() }
    let file = path(name, relativeTo: node.document.file)
    let shelf = root.document.shelf
    guard shelf.holds(file) else {
      node.report(
        "calibration.file is \(quoted(name)), and there is no file \(file)",
        remedy: "make it with \"diffmsm calibrate\", or delete the key")
      return CalibrationValues()
    }
    let document = ConfigurationDocument(path: file, on: shelf)
    var values = document.open().map { Self.calibrationValues($0) }
    values?.origin?.file = file
    root.document.report(elsewhere: document.sortedProblems)
    return values ?? CalibrationValues()
  }

  /// The angles of the static pose that `calibrate` is shown (coordinate count of the model) [rad].
  func calibrationPose(_ section: ConfigurationNode?) -> [Double] {
    guard let model else { return [] }
    var pose = Array(repeating: 0.0, count: model.coordinates.count)
    for (name, place, node) in section?.section("pose")?.entries ?? [] {
      let angle = node.quantity(.angle)
      if let coordinate = index(
        of: name, place, in: model.coordinates.map(\.name), kind: "coordinate"), let angle
      {
        pose[coordinate] = angle
      }
    }
    return pose
  }

  static func calibrationValues(_ root: ConfigurationNode) -> CalibrationValues {
    root.allow("emg", "angles", "delay", "subject", "made", "devices", "evidence")
    var values = CalibrationValues()
    var origin = CalibrationOrigin(file: "")
    origin.subject = root.optional("subject")?.text("the code of a subject")
    origin.made = root.optional("made")?.text("a date and time, as in 2026-01-31T09:30:00Z")
    for (name, _, node) in root.section("devices")?.entries ?? [] {
      origin.serials[name] = node.text("a serial number")
    }
    values.origin = origin
    for (name, _, node) in root.section("emg")?.entries ?? [] where node.isMapping {
      node.allow("rest", "mvc", "plateau")
      if let mvc = node.required("mvc", "0.4 mV")?.quantity(.voltage, .positive) {
        values.maximumVoluntaryEnvelopes[name] = mvc
      }
    }
    for (name, _, node) in root.section("angles")?.entries ?? [] where node.isMapping {
      node.allow("zero", "sign", "spread", "range", "axis", "pose", "pose_angle", "share")
      if node.optional("axis") != nil {
        values.hinges[name] = hinge(node)
        continue
      }
      if let zero = node.required("zero", "0 rad")?.quantity(.angle) { values.zeros[name] = zero }
      if let sign = node.required("sign", "1"), let number = sensorSign(sign) {
        values.signs[name] = number
      }
    }
    if let delay = root.section("delay") {
      delay.allow("value", "correlation", "signal", "coordinate")
      values.delay = delay.required("value", "40 ms")?.quantity(
        .duration, .within(0...0.3, words: "0 to 300 ms"))
    }
    return values
  }

  /// How inertial units lie on the segments of a joint.
  private static func hinge(_ node: ConfigurationNode) -> HingeAlignment? {
    func numbers(_ key: String, _ count: Int) -> [Double]? {
      let found = node.required(key, "[\(count) numbers]")?
        .items("\(count) numbers", count: count)?
        .compactMap { $0.number("a number", in: -1...1) }
      return found?.count == count ? found : nil
    }
    guard let axis = numbers("axis", 3), let pose = numbers("pose", 4),
      let angle = node.required("pose_angle", "0 deg")?.quantity(.angle),
      let orientation = Orientation(quaternion: SIMD4(pose[0], pose[1], pose[2], pose[3])),
      axis.contains(where: { $0 != 0 })
    else { return nil }
    return HingeAlignment(
      axis: SIMD3(axis[0], axis[1], axis[2]), pose: orientation, poseAngle: angle)
  }

  /// Plus or minus one, as it stands at `node`; nil after reporting anything else.
  static func sensorSign(_ node: ConfigurationNode) -> Double? {
    switch node.plainText {
    case "1", "+1": return 1
    case "-1": return -1
    default:
      node.report("\(node.keyPath) is neither 1 nor -1", remedy: "write 1 or -1")
      return nil
    }
  }
}
