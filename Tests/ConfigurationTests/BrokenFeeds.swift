import Testing

/// Ways to write a feed that is none, with every line that must come out; the section is the file's last.
let brokenFeeds: [BrokenFeed] = [
  BrokenFeed(
    "feed: {}",
    [
      "config/session.yaml:21:7: error: feed has no \"torque_limit\"; add \"torque_limit: { r_elbow_flex: 20 N*m }\""
    ]),
  BrokenFeed(
    "feed: { torque_limit: {} }",
    [
      "config/session.yaml:21:23: error: nothing is fed; write { r_elbow_flex: 20 N*m }"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow: 20 N*m } }",
    [
      "config/session.yaml:21:25: error: the model has no coordinate \"r_elbow\"; did you mean \"r_elbow_flex\"?"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 } }",
    [
      "config/session.yaml:21:39: error: feed.torque_limit.r_elbow_flex is \"20\", a number without unit; write a torque with its unit, as in \"1.5 N*m\""
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: -20 N*m } }",
    [
      "config/session.yaml:21:39: error: feed.torque_limit.r_elbow_flex is \"-20 N*m\", out of range; write a torque, more than zero"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, torque_rise: 200 ms, fade: 100 ms }",
    [
      "config/session.yaml:21:76: error: feed.fade, 0.1 s, is faster than feed.torque_rise, 0.2 s; let torque fade no faster than it may rise"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, fade: 240 ms }",
    [
      "config/session.yaml:21:7: error: feed.max_age, 0.25 s, leaves no time to fade in 0.24 s; write more than the fade and 20 ms"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, max_age: 250 }",
    [
      "config/session.yaml:21:58: error: feed.max_age is \"250\", a number without unit; write a duration with its unit, as in \"30 s\""
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, parameters: [\"muscle/*/mass\"] }",
    [
      "config/session.yaml:21:62: error: no unknown of this session is named \"muscle/*/mass\"; it has: muscle/TRIlong/max_isometric_force, muscle/TRIlat/max_isometric_force, muscle/TRImed/max_isometric_force, muscle/BIClong/max_isometric_force, muscle/BICshort/max_isometric_force, muscle/BRA/max_isometric_force"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, scale: newton }",
    [
      "config/session.yaml:21:56: error: feed.scale is \"newton\"; did you mean \"newtons\"?"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, muscles: force }",
    [
      "config/session.yaml:21:58: error: feed.muscles is \"force\"; did you mean \"forces\"?"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, state_rate: 50 Hz, parameters_rate: 100 Hz }",
    [
      "config/session.yaml:21:61: error: feed.state_rate is \"50 Hz\", out of range; write a frequency, 100 to 1000 Hz",
      "config/session.yaml:21:85: error: feed.parameters_rate is \"100 Hz\", out of range; write a frequency, 1 to 50 Hz",
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, shared_memory: a/b }",
    [
      "config/session.yaml:21:64: error: feed.shared_memory is \"a/b\", and no shared memory is named so; write one word, as in /diffmsm-feed"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, udp: { address: localhost, port: 70000 } }",
    [
      "config/session.yaml:21:65: error: feed.udp.address is \"localhost\"; write an IPv4 address, as in 192.168.7.2",
      "config/session.yaml:21:82: error: feed.udp.port is \"70000\"; write a port, a whole number from 1 to 65535",
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, udp: { adress: 192.168.7.2 } }",
    [
      "config/session.yaml:21:54: error: feed.udp has no \"address\"; add \"address: 192.168.7.2\"",
      "config/session.yaml:21:54: error: feed.udp has no \"port\"; add \"port: 47110\"",
      "config/session.yaml:21:56: error: unknown key \"adress\" in feed.udp; did you mean \"address\"?",
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, refusals: 0, free_space: 1 GB }",
    [
      "config/session.yaml:21:59: error: feed.refusals is \"0\"; write estimates refused in a row, a whole number from 1 to 1000",
      "config/session.yaml:21:74: error: feed.free_space is \"1 GB\"; write free space in MiB, a whole number from 1 to 1000000",
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, exoskeleton: yes }",
    [
      "config/session.yaml:21:62: error: feed.exoskeleton is neither worn nor none; write worn or none"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, armed: true }",
    [
      "config/session.yaml:21:49: error: unknown key \"armed\" in feed; known are: torque_limit, torque_rise, fade, max_age, recovery, hold_limit, torque_sd, parameters, parameter_rate, scale, relative_sd, estimator_timeout, ... (24 in all)"
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, interaction: { key_file: k, limit: 40 N*m } }",
    [
      "config/session.yaml:21:62: error: feed.interaction has neither udp nor shared_memory, so nobody can tell anything; write \"udp: { port: 47111 }\""
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, interaction: { udp: { port: 0 } } }",
    [
      "config/session.yaml:21:62: error: feed.interaction has no \"key_file\"; add \"key_file: interaction.key\"",
      "config/session.yaml:21:62: error: feed.interaction has no \"limit\"; add \"limit: 40 N*m\"",
      "config/session.yaml:21:77: error: feed.interaction.udp.port is \"0\"; write a port, a whole number from 1 to 65535",
    ]),
  BrokenFeed(
    "feed: { torque_limit: { r_elbow_flex: 20 N*m }, interaction: { udp: { port: 5 }, shared_memory: /a, key_file: k, limit: 40 N*m } }",
    [
      "config/session.yaml:21:62: error: feed.interaction has both udp and shared_memory; delete one of the two"
    ]),
]

/// A section `feed` behind `TemporarySession`'s session, or one more signal.
struct BrokenFeed: Sendable, CustomTestStringConvertible {
  /// The section's text; it begins in line 21.
  var text: String
  /// The messages, whole.
  var messages: [String]

  init(_ text: String, _ messages: [String]) {
    self.text = text
    self.messages = messages
  }

  var testDescription: String { text }
}
