/// Ways to break the joint sensors of `TemporarySession`'s session, with every line that must come out.
let brokenSensorSessions: [BrokenFile] = [
  BrokenFile(
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad, gear_ratio: fast, index_angle: 3 deg, range: [1 V, 2 V], axes: [[0, 0, 1]], rate_noise: 1 deg/s",
    [
      "config/session.yaml:15:86: error: signals.angles[0].gear_ratio is \"fast\"; write the shaft's turns in one of the joint, a number without unit from 0.001 to 1000.0",
      "config/session.yaml:15:105: error: signals.angles[0] has \"index_angle\" and no \"index\"; add \"index: SOURCE.CHANNEL\", or write \"zero\"",
      "config/session.yaml:15:119: error: signals.angles[0] has \"range\" and neither \"scale\" nor \"table\"; add \"scale: 40 deg/V\", or delete it",
      "config/session.yaml:15:137: error: signals.angles[0] has \"axes\" and no \"inertial\"; delete it",
      "config/session.yaml:15:162: error: signals.angles[0] has \"rate_noise\" and no \"inertial\"; delete it",
    ]),
  BrokenFile(
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad, index: board.ENC2, zero: 3 deg",
    [
      "config/session.yaml:15:81: error: the channel \"ENC2\" is measured in rad; name a channel measured in 1 or V or count",
      "config/session.yaml:15:99: error: signals.angles[0] has \"zero\" beside \"index\"; delete one of the two",
    ]),
  BrokenFile(
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    "channel: board.EMG9, table: [[1 V, 0 deg], [1 V, 9 deg]], offset: 2 deg, coordinate: r_shoulder_elev, noise: 1 mrad",
    [
      "config/session.yaml:15:37: error: signals.angles[0].table is no curve; write two or more voltages with their angles, as in [[0.5 V, 0 deg], [2.5 V, 90 deg]], no voltage twice",
      "config/session.yaml:15:75: error: signals.angles[0] has \"offset\" beside \"table\"; delete one of the two",
    ]),
  BrokenFile(
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    "channel: board.EMG9, scale: 40 deg, range: [3 V, 1 V], coordinate: r_shoulder_elev, noise: 1 mrad",
    [
      "config/session.yaml:15:37: error: signals.angles[0].scale is \"40 deg\", which is not an angle by voltage; write an angle by voltage with its unit, as in \"40 deg/V\"",
      "config/session.yaml:15:52: error: signals.angles[0].range is empty; write the lower voltage first",
    ]),
  BrokenFile(
    "channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    "inertial: [uper], channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad",
    [
      "config/session.yaml:15:20: error: there is no inertial unit \"uper\"; list it under \"signals: { inertial: [...] }\"",
      "config/session.yaml:15:36: error: signals.angles[0] has \"channel\" beside \"inertial\"; delete one of the two",
    ]),
  BrokenFile(
    "signals:\n",
    "signals:\n  inertial: [{ name: a, source: bord, body: r_humerous }, { name: b, source: board, body: r_humerus, orientation: [Q1, Q2, Q3, Q4] }]\n",
    [
      "config/session.yaml:9:14: error: signals.inertial[0] has no way to tell how it is turned; add \"orientation\", or \"gyroscope\" and \"accelerometer\"",
      "config/session.yaml:9:33: error: there is no source \"bord\"; did you mean \"board\"?",
      "config/session.yaml:9:45: error: the model has no body \"r_humerous\"; did you mean \"r_humerus\"?",
      "config/session.yaml:9:116: error: the device \"virtual-emg16-enc2\" has no channel \"Q1\"; it has: EMG1, EMG2, EMG3, EMG4, EMG5, EMG6, EMG7, EMG8, EMG9, EMG10, EMG11, EMG12, ... (18 in all)",
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { envelope_low_pass: 5 Hz, envelope_rms: 3 s, angle_average: 10 ms }\nidentification:\n",
    [
      "config/session.yaml:17:51: error: filters.envelope_rms is \"3 s\", out of range; write a duration, 10 ms to 2 s"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { envelope_low_pass: 5 Hz, envelope_rms: 150 ms }\nidentification:\n",
    [
      "config/session.yaml:17:31: error: filters has both \"envelope_low_pass\" and \"envelope_rms\"; delete one of the two"
    ]),
  BrokenFile(
    "virtual: { seed: 7 }",
    "virtual: { seed: 7 }, sync: { channel: EMG17, threshold: 3, edge: up }",
    [
      "config/session.yaml:7:87: error: the device \"virtual-emg16-enc2\" has no channel \"EMG17\"; did you mean \"EMG1\"?",
      "config/session.yaml:7:114: error: sources[0].sync.edge is \"up\"; write one of: rising, falling",
    ]),
  BrokenFile(
    "virtual: { seed: 7 }",
    "virtual: { seed: 7 }, sync: { channel: EMG16 }",
    [
      "config/session.yaml:7:76: error: sources[0].sync has no \"threshold\", and \"EMG16\" is measured in V; add \"threshold: 2.5 V\", half of a pulse's height"
    ]),
]
