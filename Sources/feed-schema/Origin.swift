import ControllerFeed

/// The first line of every generated file.
let origin = "Made by feed-schema from Sources/ControllerFeed/FeedContract.swift; do not edit."

/// The states with their codes.
var states: [FeedConstant] { FeedContract.states }

extension FeedContract {
  /// The bits of each kind, with the prefix that C and Python give them.
  static var bits: [(prefix: String, words: String, constants: [FeedConstant])] {
    [
      ("FLAG", "Flags of the sender.", FeedFlags.constants),
      ("HOLD", "Why the sender holds.", HoldReasons.constants),
    ]
  }
}
