internal import Configuration
internal import ControllerFeed
internal import Foundation
internal import Identification
internal import Musculoskeletal

extension FeedPlan {
  /// What `configuration` feeds of `model`; nil when it feeds nobody.
  init?(_ configuration: SessionConfiguration, model: LimbEstimationModel) {
    guard let feed = configuration.feed else { return nil }
    let free = model.limb.skeleton.modelCoordinates
    let coordinates = feed.coordinates.map { fed in
      guard let index = free.firstIndex(of: fed.coordinate) else {
        preconditionFailure("a checked session feeds no locked coordinate")
      }
      return index
    }
    let muscles: FeedPlan.MuscleQuantity =
      switch feed.muscles {
      case .none: .none
      case .forces: .forces
      case .activations: .activations
      }
    self.init(model, parameters: feed.parameters, coordinates: coordinates, muscles: muscles) {
      var limits = FeedLimits(
        torque: feed.coordinates.map(\.torqueLimit), bounds: $0, isFactor: $1)
      limits.torqueRise = feed.torqueRise
      limits.fade = feed.fade
      limits.maximumAge = feed.maximumAge
      limits.recovery = feed.recovery
      limits.estimatorTimeout = feed.estimatorTimeout
      limits.refusals = feed.refusals
      limits.holdLimit = feed.holdLimit
      limits.torqueDeviation = feed.torqueDeviation
      limits.parameterRate = feed.parameterRate
      limits.relativeDeviation = feed.relativeDeviation
      limits.scale =
        switch feed.scale {
        case .newtons: .newtons
        case .priorLimited: .priorLimited
        case .ratiosOnly: .ratiosOnly
        }
      return limits
    }
    statePeriod = feed.statePeriod
    parametersPeriod = feed.parametersPeriod
    isDeviceWorn = configuration.isExoskeletonWorn
    isInteractionMeasured = configuration.measuresInteraction
  }
}

extension SessionAssembly {
  /// The feed as a stage that has seen nothing; nil when the session feeds nobody.
  var feedStage: FeedStage? {
    FeedPlan(configuration, model: model).map { FeedStage($0, pipeline: pipeline) }
  }

  /// Names of the feed's slots; nil when the session feeds nobody.
  var feedSchema: FeedSchema? { FeedPlan(configuration, model: model)?.schema }

  /// The session's carriers, opened; nil when the session feeds nobody.
  func feedPublisher() throws(SessionError) -> FeedPublisher? {
    guard let feed = configuration.feed else { return nil }
    do throws(CarrierError) {
      var memory: SharedMemoryCarrier?
      if let name = feed.sharedMemory {
        memory = try SharedMemoryCarrier(name: name, group: feed.group)
      }
      let udp = feed.datagrams.map {
        UDPCarrier.Destination(
          address: $0.address, port: UInt16($0.port), interface: $0.interface,
          hops: UInt8($0.hops))
      }
      return try FeedPublisher(
        session: UInt64.random(in: 1...UInt64.max), memory: memory, udp: udp,
        parametersPort: feed.datagrams?.parametersPort.map { UInt16($0) })
    } catch {
      throw SessionError(
        .unavailable, file: configuration.file,
        message: "the feed cannot be carried: \(error.place): \(error.message)",
        remedy: error.remedy)
    }
  }
}

/// What speaks against arming outside the pipeline: calibration, recording and disk.
struct ArmingConditions: Sendable {
  /// The session.
  let configuration: SessionConfiguration
  /// The recording's path; nil when none is made.
  let recording: String?
  /// Steps that the recording lacks [steps].
  let lostSteps: Int
  /// Why the recording ended before the session; nil while it goes on.
  let end: String?
  /// The serial number of the device behind each source, by the source's name.
  let serials: [String: String]
  /// Now.
  let date: Date

  /// The reasons, a sentence each; empty when there are none.
  var objections: [String] {
    guard let feed = configuration.feed else {
      return ["the session has no feed; add a section feed and start again"]
    }
    var reasons: [String] = []
    if configuration.sources.contains(where: { !$0.isVirtual }) {
      reasons += calibrationObjections(feed)
    }
    if let recording {
      if let end { reasons.append("the recording ended: \(end); begin another") }
      if lostSteps > 0 {
        reasons.append("the recording lacks \(lostSteps) steps; begin another session")
      }
      if let free = Self.freeSpace(at: recording), free < feed.freeSpace {
        reasons.append(
          "the recording's disk has \(free >> 20) MiB left, \(feed.freeSpace >> 20) are asked; "
            + "free some")
      }
    } else {
      reasons.append("nothing is recorded; start the session with --record")
    }
    if configuration.isExoskeletonWorn, !configuration.measuresInteraction {
      reasons.append(
        "an exoskeleton is worn and its torque is not measured, which biases every force; "
          + "connect its torque: signals.torques or feed.interaction")
    }
    return reasons
  }

  private func calibrationObjections(_ feed: FeedConfiguration) -> [String] {
    guard let calibration = configuration.calibration else {
      return ["the session takes no calibration; make one with diffmsm calibrate"]
    }
    var reasons: [String] = []
    let again = "calibrate again"
    if let subject = calibration.subject {
      if subject != configuration.subjectCode {
        reasons.append(
          "the calibration is \(subject)'s and the session \(configuration.subjectCode)'s; \(again)"
        )
      }
    } else {
      reasons.append("the calibration does not say whose it is; \(again)")
    }
    if let text = calibration.made, let made = try? Date(text, strategy: .iso8601) {
      let age = date.timeIntervalSince(made)
      if age > feed.calibrationAge || age < -3600 {
        reasons.append(
          "the calibration is of \(text), older than feed.calibration_age or in the future; \(again)"
        )
      }
    } else {
      reasons.append("the calibration does not say when it was made; \(again)")
    }
    for source in configuration.sources where !source.isVirtual {
      let expected = calibration.serials[source.name]
      let found = serials[source.name]
      if expected == nil || expected != found {
        reasons.append(
          "source '\(source.name)' has serial \(found ?? "unknown"), calibrated was "
            + "\(expected ?? "unknown"); set its serial and \(again)")
      }
    }
    return reasons
  }

  /// What an ordinary user may still write beside `path`; nil when nobody knows [bytes].
  private static func freeSpace(at path: String) -> Int? {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return nil }
    return Int(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }
}
