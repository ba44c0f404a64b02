public import ArgumentParser
public import Configuration
internal import Foundation
public import Runtime
internal import Services

extension SessionDuration: ExpressibleByArgument {
  /// The duration that an argument says.
  public init?(argument: String) {
    self.init(argument)
  }
}

extension IdentifyStep: ExpressibleByArgument {}

extension MotionQuantity: ExpressibleByArgument {}

extension LogStyle: ExpressibleByArgument {}

/// Where the web server is to listen.
enum WebChoice: ExpressibleByArgument {
  /// Nowhere.
  case off
  /// At its usual place.
  case usual
  /// There.
  case at(WebAddress)

  init?(argument: String) {
    if argument == "off" {
      self = .off
    } else if let address = WebAddress(argument) {
      self = .at(address)
    } else {
      return nil
    }
  }

  /// What `DIFFMSM_HTTP` says; the usual place when it says nothing.
  static var fromEnvironment: WebChoice {
    ProcessInfo.processInfo.environment["DIFFMSM_HTTP"].flatMap { WebChoice(argument: $0) }
      ?? .usual
  }

  /// The same for the session.
  var place: ServiceOptions.Place<WebAddress> {
    switch self {
    case .off: .off
    case .usual: .usual
    case .at(let address): .named(address)
    }
  }
}

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
