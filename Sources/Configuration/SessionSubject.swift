internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// Who wears the sensors; nil after a report.
  func subject() -> ConfigurationNode? {
    guard let subject = root.required("subject", "{ code: ... }"), subject.isMapping else {
      return nil
    }
    subject.allow("code", "height", "mass", "segments", "scaled")
    return subject
  }

  /// The code that stands for the subject.
  func code(of subject: ConfigurationNode?) -> String {
    subject?.required("code", "a code, not a name")?.text("a code, not a name") ?? ""
  }

  /// How the subject's size differs from the model's; nil when the model is used as it is.
  func scaling(of model: ModelDescription, to subject: ConfigurationNode) -> SubjectScaling? {
    let section = root.optional("model")
    let height = subject.quantity("height", .length, .positive)
    let mass = subject.quantity("mass", .mass, .positive)
    let modelHeight = section?.quantity("height", .length, .positive)
    let modelMass = section?.quantity("mass", .mass, .positive)
    let segments = segmentFactors(subject.section("segments"), model: model)
    let isScaled = subject.optional("scaled").flatMap { $0.choice(TrueOrFalse.self) } == .true
    if isScaled {
      for key in ["height", "mass", "segments"] {
        guard let node = subject.optional(key) else { continue }
        node.report(
          "\(node.keyPath) changes nothing, because subject.scaled says the model has the "
            + "subject's size",
          remedy: "delete one of the two")
      }
      return nil
    }
    guard height != nil || mass != nil || segments != nil else { return nil }
    var scaling = SubjectScaling(bodyCount: model.bodies.count)
    let size = model.bodies.reduce(0) { $0 + $1.mass }
    if let height {
      scaling.height =
        ratio(height, modelHeight, of: "height", example: "1.7 m", subject: subject) ?? 1
    }
    if let mass {
      scaling.mass = ratio(
        mass, modelMass, of: "mass", example: "\((size * 100).rounded() / 100) kg",
        subject: subject)
    }
    if let segments { scaling.segments = segments }
    if !scaling.isUniform, let muscle = model.muscles.first(where: { $0.lengthFunction != nil }) {
      subject.optional("segments")?.report(
        "the path of \(quoted(muscle.name)) is a polynomial, which single segments cannot scale",
        remedy: "scale the model in OpenSim and write \"scaled: true\"")
      return nil
    }
    return scaling
  }

  /// The subject's size over that of the person whom the model describes; nil after a report.
  private func ratio(
    _ own: Double, _ reference: Double?, of key: String, example: String,
    subject: ConfigurationNode
  ) -> Double? {
    guard let node = subject.optional(key) else { return nil }
    guard let reference else {
      node.report(
        "\(node.keyPath) needs the \(key) of the person whom the model describes, which the model "
          + "file does not say",
        remedy: "add model.\(key), as in \"\(example)\", or scale the model and write "
          + "\"scaled: true\"")
      return nil
    }
    return checked(own / reference, at: node)
  }

  /// The factors on the lengths of bodies (bodyCount); nil when no segment is given.
  private func segmentFactors(
    _ section: ConfigurationNode?, model: ModelDescription
  ) -> [Double?]? {
    guard let section else { return nil }
    var factors = [Double?](repeating: nil, count: model.bodies.count)
    for (name, place, node) in section.entries {
      let body = index(of: name, place, in: model.bodies.map(\.name), kind: "body")
      if node.plainText?.hasSuffix("%") == true {
        guard let share = node.quantity(.fraction, .positive), let body else { continue }
        factors[body] = checked(share, at: node)
        continue
      }
      guard let length = node.quantity(.length, .positive), let body else { continue }
      guard let reference = model.segmentLength(of: body) else {
        node.report(
          "\(quoted(name)) is the end of a chain, whose length the model file does not say",
          remedy: "write what part of the model's it is, as in \"105 %\"")
        continue
      }
      factors[body] = checked(length / reference, at: node)
    }
    return factors
  }

  /// A factor that no two people differ by is a mistake of a unit.
  private func checked(_ factor: Double, at node: ConfigurationNode) -> Double? {
    if (0.3...3).contains(factor) { return factor }
    node.report(
      "\(node.keyPath) is \((factor * 100).rounded() / 100) times the model's",
      remedy: "check its number and unit")
    return nil
  }
}

/// Yes or no.
enum TrueOrFalse: String, CaseIterable {
  case `true`
  case `false`
}
