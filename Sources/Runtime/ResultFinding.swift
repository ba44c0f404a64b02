internal import Configuration
internal import Estimation
internal import Identification
internal import Musculoskeletal
internal import Recordings

/// Something about a result that its reader must know.
struct ResultFinding: Sendable, Hashable, Encodable {
  /// What kind of thing, for programs.
  var code: String
  /// What was found.
  var message: String
  /// The figures behind it.
  var evidence: String
  /// What to do about it.
  var remedy: String
}

extension IdentifyOutcome {
  /// What the reader of the result must know.
  var findings: [ResultFinding] {
    var findings: [ResultFinding] = []
    if estimate.scale != .newtons {
      findings.append(
        ResultFinding(
          code: "no_scale_anchor",
          message: "forces, masses and torques are known up to one common factor only",
          evidence: "scale \(estimate.scale.rawValue): \(anchor)",
          remedy: "hold a known payload for part of the recording"))
    }
    if !material.assembly.hasGains {
      findings.append(
        ResultFinding(
          code: "gain_and_force_inseparable",
          message: "EMG gain times maximum isometric force is one product; neither is known alone",
          evidence: "EMG channels without MVC",
          remedy: "record maximum voluntary contractions and write their mvc"))
    }
    let parameters = material.assembly.model.parameters
    if parameters.momentArmUncertainty > 0,
      parameters.free.contains(where: \.isMaxIsometricForce)
    {
      findings.append(
        ResultFinding(
          code: "moment_arms_uncertain",
          message: "data fix torques; a maximum isometric force is as uncertain as its moment arm",
          evidence: "moment arms of relative sd "
            + "\(plain(100 * parameters.momentArmUncertainty)) % in each force's sd, interval "
            + "and status",
          remedy: "measure the subject's moment arms, scale the model, and state "
            + "identification.moment_arm_uncertainty"))
    }
    if let worst = material.assembly.pathErrors.max(by: { $0.lengthRMS < $1.lengthRMS }) {
      findings.append(
        ResultFinding(
          code: "paths_are_polynomials",
          message: "polynomials of the coordinates stand for the muscles' paths",
          evidence: "worst \(worst.muscle): length \(significant(1000 * worst.lengthRMS)) mm rms, "
            + "\(significant(1000 * worst.lengthMaximum)) mm at most; moment arm "
            + "\(significant(1000 * worst.momentArmMaximum)) mm at most",
          remedy: "raise identification.path_polynomial_order, or leave it out"))
    }
    let departures = material.assembly.configuration.model.pathDepartures
    if !departures.isEmpty {
      findings.append(
        ResultFinding(
          code: "paths_depart_from_file",
          message: "muscles wrap in another way than the model file asks for",
          evidence: departures.map(\.description).joined(separator: "; "),
          remedy: "see docs/wrapping.md"))
    }
    if !material.omissions.isEmpty {
      findings.append(
        ResultFinding(
          code: "recording_incomplete", message: "part of the recording could not be used",
          evidence: material.omissions.joined(separator: "; "), remedy: "restore it from a copy"))
    }
    // a run that went on after another has its first part in the other's recording
    let fitted = Set(material.files.map(\.sha256))
    for (path, link) in material.continued where !fitted.contains(link.sha256) {
      findings.append(
        ResultFinding(
          code: "continued_recording",
          message: "the recording goes on where another ended, which is not part of this result",
          evidence: "\(ConfigurationText(path: path, text: "").name) continues \(link.words); "
            + "SHA-256 \(link.sha256)",
          remedy: "name both files to fit them together; --allow-truncated takes one that was cut"
        ))
    }
    findings += diagnosis.map {
      ResultFinding(
        code: $0.code, message: $0.message, evidence: $0.evidence, remedy: $0.remedy)
    }
    findings +=
      configurationFindings + proxyFindings + boundFindings + searchFindings + predictionFindings
    return findings
  }

  /// About the fit.
  private var searchFindings: [ResultFinding] {
    var findings: [ResultFinding] = []
    if solution.termination != .converged {
      findings.append(
        ResultFinding(
          code: "not_converged", message: "the search stopped before it converged",
          evidence: "\(solution.termination.rawValue) after \(solution.evaluations) evaluations",
          remedy: "treat values and error bars with caution; give more data or tighter priors"))
    }
    let free = material.assembly.model.parameters.free
    let far = free.indices.filter {
      abs(estimate.theta[$0] - free[$0].priorMean) > 2 * free[$0].priorDeviation
    }
    if !far.isEmpty {
      let evidence = far.map { index in
        let sds =
          (estimate.theta[index] - free[index].priorMean) / free[index].priorDeviation
        return "\(free[index].name) \(fixed(sds, 1)) sd"
      }
      findings.append(
        ResultFinding(
          code: "parameter_leans_on_prior",
          message: (far.count == 1 ? "1 parameter lies" : "\(far.count) parameters lie")
            + " more than 2 prior sd from the prior mean",
          evidence: evidence.joined(separator: ", "),
          remedy: "they make up for what the model lacks; do not read them as anatomy"))
    }
    if solution.meanSquaredResidual > 4 {
      findings.append(
        ResultFinding(
          code: "poor_residual_level",
          message: "residuals are larger than the session says, so error bars are too small",
          evidence: "mean squared whitened residual \(significant(solution.meanSquaredResidual))",
          remedy: "state larger noises, or free what the model lacks"))
    }
    if estimate.crossCheck?.passed != true {
      findings.append(
        ResultFinding(
          code: "cross_check_failed",
          message: "the independent integrator does not confirm the trajectories",
          evidence: estimate.crossCheck.map {
            "\(significant($0.maxAngleDifference)) rad, limit \(significant($0.threshold)) rad"
              + $0.derivativeWords
          } ?? "a trajectory could not be integrated",
          remedy: "make identification.step smaller"))
    }
    return findings
  }

  /// About the predictions of what was held out.
  private var predictionFindings: [ResultFinding] {
    var findings: [ResultFinding] = []
    for (name, score) in zip(coordinateNames, heldOut.coordinates) {
      guard let own = score.error(.model), let best = score.bestBaseline, own > 0.6 * best else {
        continue
      }
      findings.append(
        ResultFinding(
          code: "poor_prediction",
          message: "\(name) is hardly predicted better than without the identified model",
          evidence: "\(degrees(own)) against \(degrees(best)) of the best baseline",
          remedy: "check electrodes, their muscles and the model"))
    }
    if material.lookAhead > 1e-9 {
      findings.append(
        ResultFinding(
          code: "signals_look_ahead",
          message: "frames read filtered signals from after their own time to make up for filters",
          evidence: "\(fixed(1000 * material.lookAhead, 1)) ms",
          remedy: "for strictly causal predictions, let electromechanical_delay reach the "
            + "envelope's delay and angle_average one sample"))
    }
    return findings
  }

  /// The free coordinates' names.
  var coordinateNames: [String] {
    let limb = material.assembly.model.limb
    return limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].name }
  }

  /// What fixes the scale of forces, in words.
  var anchor: String {
    let configuration = material.assembly.configuration
    let gains =
      (material.assembly.hasGains ? "" : "; envelopes without MVC leave gain and force one product")
      + material.assembly.momentArmWords
    let hasTorque = material.splits.contains(where: \.hasExternalTorque)
    let strength = estimate.scale == .newtons ? "" : "too weak: "
    if hasTorque, !material.splits.contains(where: \.hasPayload) {
      return strength + configuration.interactionWords + gains
    }
    guard let payload = configuration.payload,
      material.splits.contains(where: \.hasPayload)
    else {
      if let worn = configuration.wornMassWords { return strength + worn + gains }
      return "no payload was held; only the priors on mass, inertia and force" + gains
    }
    let words =
      "a payload held at \(configuration.model.bodies[payload.place.body].name), mass known to "
      + "\(plain(100 * payload.massDeviation)) %, place to "
      + "\(plain(1000 * payload.pointDeviation)) mm"
    return strength + words + (hasTorque ? "; " + configuration.interactionWords : "") + gains
  }
}

extension SessionAssembly {
  /// What keeps a muscle's force from being known as well as its torque, after a semicolon.
  var momentArmWords: String {
    let uncertainty = model.parameters.momentArmUncertainty
    if uncertainty == 0 { return "; moment arms taken for exact" }
    return "; muscles' forces also by moment arms known to \(plain(100 * uncertainty)) %"
  }
}

/// An angle in degrees for people.
func degrees(_ angle: Double) -> String { fixed(angle * 180 / .pi, 2) + " deg" }
