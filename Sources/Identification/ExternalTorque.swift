internal import Signals

/// What a worn device gives to the joints in one step of a window; zero where nothing measures it.
struct ExternalTorque: Sendable {
  /// A window's torques (stepCount x count) [N·m].
  private var torques: [Double] = []
  /// Where the step's begin [1].
  private var place = 0
  /// Coordinates [1].
  private var count = 0

  /// None.
  init() {}

  /// That of step `step` of `window`.
  init(_ window: Window, step: Int) {
    torques = window.externalTorque
    count = window.coordinateCount
    place = step * count
  }

  /// The torque on a coordinate [N·m].
  subscript(coordinate: Int) -> Double {
    torques.isEmpty || coordinate >= count ? 0 : torques[place + coordinate]
  }
}
