public import ArgumentParser
public import Configuration
public import Runtime

extension SessionDuration: ExpressibleByArgument {
  /// The duration that an argument says.
  public init?(argument: String) {
    self.init(argument)
  }
}

extension IdentifyStep: ExpressibleByArgument {}

extension MotionQuantity: ExpressibleByArgument {}

/// How fast a recording is replayed.
enum ReplaySpeed: ExpressibleByArgument {
  /// As fast as the machine can.
  case fastest
  /// So many times real time.
  case times(Double)

  init?(argument: String) {
    if argument == "max" {
      self = .fastest
    } else if let factor = Double(argument), factor > 0, factor.isFinite {
      self = .times(factor)
    } else {
      return nil
    }
  }

  /// Times real time; nil is as fast as the machine can [1].
  var factor: Double? {
    if case .times(let factor) = self { factor } else { nil }
  }
}
