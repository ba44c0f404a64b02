internal import Foundation
internal import Musculoskeletal
internal import OpenSimFiles

/// Reads a session from its YAML file.
public enum SessionFile {
  /// The session in the file at `path`, with its model and devices, checked whole.
  ///
  /// `settings` as in `identification.window=2 s` replace what the file says.
  public static func read(
    _ path: String, settings: [String] = []
  ) throws(ConfigurationError) -> SessionConfiguration {
    try read(path, settings: settings, on: FileShelf())
  }

  /// The session that a recording carries: its own text first, then those of the files it names.
  public static func read(
    stored texts: [ConfigurationText]
  ) throws(ConfigurationError) -> SessionConfiguration {
    precondition(!texts.isEmpty, "a session has a text")
    return try read(texts[0].name, on: FileShelf(texts))
  }

  static func read(
    _ path: String, settings: [String] = [], on shelf: FileShelf
  ) throws(ConfigurationError) -> SessionConfiguration {
    let document = ConfigurationDocument(path: path, on: shelf)
    let session = document.open(settings: settings).flatMap { root in
      var reading = SessionReading(root: root)
      return reading.session()
    }
    try document.finish()
    guard var session else { preconditionFailure("a session without problems has a value") }
    session.settings = settings
    return session
  }
}

/// One pass over a session file; the parts are in extensions beside this file.
struct SessionReading {
  /// The file's root.
  let root: ConfigurationNode
  /// The model with its overrides; nil when it cannot be read, and names are not checked against it.
  var model: ModelDescription?
  /// The sources that could be read.
  private(set) var sources: [SourceConfiguration] = []
  /// True when every source could be read, so that a missing one is a mistake of the signal.
  private(set) var sourcesAreSound = false
  /// The angles of the static pose (coordinate count of the model) [rad].
  private(set) var pose: [Double] = []
  /// What the session's calibration says.
  private(set) var calibration = CalibrationValues()

  /// A pass over the file under `root`.
  init(root: ConfigurationNode) {
    self.root = root
  }

  /// Problems found so far [1].
  var problemCount: Int {
    root.document.problems.count + root.document.problemsElsewhere.count
  }

  /// The session; nil, or a value of no use, after problems were reported.
  mutating func session() -> SessionConfiguration? {
    root.allow(
      "subject", "model", "sources", "virtual_subject", "signals", "filters", "activation",
      "payload", "exoskeleton", "identification", "recording", "calibration", "import", "feed",
      "include", "set")
    let calibrationNode = root.section("calibration")
    calibration = readCalibration(calibrationNode)
    let activationNode = root.section("activation")
    let activation = activation(activationNode)
    model = readModel().map { withTimeConstants(activationNode, in: $0) }
    let subjectNode = subject()
    let code = code(of: subjectNode)
    var isScaled = false
    if let unscaled = model, let subjectNode,
      let scaling = scaling(of: unscaled, to: subjectNode)
    {
      model = unscaled.scaled(by: scaling)
      isScaled = true
    }
    let exoskeleton = exoskeleton(root.section("exoskeleton"))
    if let exoskeleton, let bare = model { model = bare.wearing(exoskeleton.device) }
    pose = calibrationPose(calibrationNode)
    let soFar = problemCount
    sources = readSources()
    sourcesAreSound = problemCount == soFar

    let beforeSignals = problemCount
    let signals = root.required("signals", "{ emg: [...], angles: [...] }").flatMap {
      $0.isMapping ? $0 : nil
    }
    signals?.allow("emg", "angles", "inertial", "torques")
    let emg = emgSignals(signals)
    let proxies = muscleProxies(signals, emg: emg)
    let units = inertialUnits(signals)
    let angles = angleSignals(signals, units: units)
    let torques = torqueSignals(signals)
    let signalsAreSound = sourcesAreSound && problemCount == beforeSignals

    let filters = filters(root.section("filters"), emg: emg, angles: angles)
    let payload = root.section("payload").flatMap { self.payload($0) }
    let subject = virtualSubject(
      root.section("virtual_subject"), isNeeded: sources.contains(where: \.isVirtual))
    var identification = identification(root.section("identification"))
    let folder = recordingFolder()
    let imports = imports()
    guard var model else { return nil }
    model.momentArmUncertainty = momentArmUncertainty(
      of: model, isVirtual: sources.contains(where: \.isVirtual))
    identification.groups = groups(model: model)
    let free = freeParameters(
      model: model, groups: identification.groups, emg: emg, payload: payload,
      activation: activation, signalsAreSound: signalsAreSound,
      processNoise: processNoise(isConstant: sources.contains(where: \.isVirtual)))
    identification.free = inflateStrengths(free, proxies: proxies)
    identification.free += exoskeleton?.nuisances(of: model) ?? []
    var session = SessionConfiguration(
      file: root.document.file, text: root.document.text, subjectCode: code,
      modelFile: modelFile ?? "", files: Array(root.document.shelf.read.dropFirst()), model: model,
      isModelScaled: isScaled, sources: sources, virtualSubject: subject,
      emg: emg, angles: angles, filters: filters, activation: activation, payload: payload,
      identification: identification, recordingFolder: folder,
      calibrationPose: pose, proxies: proxies)
    session.units = units
    session.imports = imports
    session.torques = torques
    session.exoskeleton = exoskeleton
    session.calibration = calibration.origin
    session.feed = feed(root.section("feed"), free: identification.free)
    return session
  }

  private func recordingFolder() -> String {
    let section = root.section("recording")
    section?.allow("folder")
    guard let node = section?.optional("folder"), let folder = node.text("a folder") else {
      return path("recordings", relativeTo: root.document.file)
    }
    return path(folder, relativeTo: node.document.file)
  }

  // MARK: model

  /// The model file that the session names.
  var modelFile: String? {
    guard let node = root.optional("model")?.optional("file"), let file = node.plainText else {
      return nil
    }
    return path(file, relativeTo: node.document.file)
  }

  /// The model with the overrides of its coordinates.
  func readModel() -> ModelDescription? {
    guard let section = root.required("model", "{ file: models/NAME.osim }"), section.isMapping
    else { return nil }
    section.allow("file", "coordinates", "height", "mass", "moment_arm_uncertainty")
    let wanted = "the path of an .osim file"
    guard let fileNode = section.required("file", wanted), fileNode.text(wanted) != nil,
      let file = modelFile
    else { return nil }
    guard let contents = root.document.shelf.contents(of: file) else {
      fileNode.report(
        "model.file is \(quoted(fileNode.plainText ?? "")), and there is no file \(file)",
        remedy: "write the path as seen from this file's folder")
      return nil
    }
    var model: ModelDescription
    do throws(OpenSimError) {
      model = try OpenSimReader.read(text: String(decoding: contents, as: UTF8.self), path: file)
    } catch {
      root.document.report(elsewhere: [
        ConfigurationProblem(
          file: error.file, line: error.line, column: 0, message: error.message,
          remedy: error.remedy)
      ])
      return nil
    }
    // what is fitted are the smooth curves on tendons that do not stretch, whatever the file asks for,
    // with the file's own time constants
    model = model.replacingMuscles(
      by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
    for (name, place, node) in section.section("coordinates")?.entries ?? [] {
      guard node.isMapping else { continue }
      node.allow("damping", "locked", "stiffness", "rest_angle", "limit_torque", "limit_width")
      let coordinate = index(of: name, place, in: model.coordinates.map(\.name), kind: "coordinate")
      let damping = node.quantity("damping", .damping, .notNegative)
      let locked = node.quantity("locked", .angle)
      let stiffness = node.quantity("stiffness", .stiffness, .notNegative)
      let restAngle = node.quantity("rest_angle", .angle)
      let limitTorque = node.quantity("limit_torque", .torque, .notNegative)
      let limitWidth = node.quantity("limit_width", .angle, .positive)
      guard let coordinate else { continue }
      if let stiffness { model.coordinates[coordinate].stiffness = stiffness }
      if let restAngle { model.coordinates[coordinate].restAngle = restAngle }
      if let limitTorque { model.coordinates[coordinate].limitTorque = limitTorque }
      if let limitWidth { model.coordinates[coordinate].limitWidth = limitWidth }
      if let damping { model.coordinates[coordinate].damping = damping }
      if let locked {
        model.coordinates[coordinate].isLocked = true
        model.coordinates[coordinate].defaultValue = locked
      }
    }
    return model
  }

  /// The index of `name`, or nil after reporting at `node` that there is none.
  func index(
    of name: String, _ node: ConfigurationNode, in names: [String], kind: String
  ) -> Int? {
    if let index = names.firstIndex(of: name) { return index }
    let suggestion = spellingSuggestion(for: name, among: names)
    node.report(
      "the model has no \(kind) \(quoted(name))",
      remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "it has: \(listed(names))")
    return nil
  }
}
