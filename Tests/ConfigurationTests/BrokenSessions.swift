/// Ways to break `TemporarySession`'s session, with every line that must come out.
let brokenSessions: [BrokenFile] = [
  BrokenFile(
    "subject: { code: demo }\n",
    "",
    [
      "config/session.yaml:1:1: error: the key \"subject\" is missing; add \"subject: { code: ... }\""
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { cod: demo }",
    [
      "config/session.yaml:1:10: error: subject has no \"code\"; add \"code: a code, not a name\"",
      "config/session.yaml:1:12: error: unknown key \"cod\" in subject; did you mean \"code\"?",
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: demo",
    [
      "config/session.yaml:1:10: error: subject is \"demo\"; write a mapping of keys to values"
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo, height: 1.8 m }",
    [
      "config/session.yaml:1:32: error: subject.height needs the height of the person whom the model describes, which the model file does not say; add model.height, as in \"1.7 m\", or scale the model and write \"scaled: true\""
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo, mass: 80 kg }",
    [
      "config/session.yaml:1:30: error: subject.mass needs the mass of the person whom the model describes, which the model file does not say; add model.mass, as in \"3.4 kg\", or scale the model and write \"scaled: true\""
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo, height: 180, scaled: maybe }",
    [
      "config/session.yaml:1:32: error: subject.height is \"180\", a number without unit; write a length with its unit, as in \"-0.25 m\"",
      "config/session.yaml:1:45: error: subject.scaled is \"maybe\"; write one of: true, false",
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo, scaled: true, segments: { r_humerus: 30 cm } }",
    [
      "config/session.yaml:1:48: error: subject.segments changes nothing, because subject.scaled says the model has the subject's size; delete one of the two"
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo, segments: { r_humerous: 30 cm, r_humerus: 30 mm, r_ulna_radius_hand: 40 cm } }",
    [
      "config/session.yaml:1:36: error: the model has no body \"r_humerous\"; did you mean \"r_humerus\"?",
      "config/session.yaml:1:66: error: subject.segments.r_humerus is 0.1 times the model's; check its number and unit",
      "config/session.yaml:1:93: error: \"r_ulna_radius_hand\" is the end of a chain, whose length the model file does not say; write what part of the model's it is, as in \"105 %\"",
    ]),
  BrokenFile(
    "subject: { code: demo }",
    "subject: { code: demo }\nimport: [{ fil: a.csv, rate: 5 }, { file: x/b.csv, rate: 1 kHz, time: { unit: h }, delimiter: ';;' }]",
    [
      "config/session.yaml:2:10: error: import[0] has no \"file\"; add \"file: emg.csv\"",
      "config/session.yaml:2:12: error: unknown key \"fil\" in import[0]; did you mean \"file\"?",
      "config/session.yaml:2:43: error: import[1].file has a folder; write the file's name alone",
      "config/session.yaml:2:71: error: import[1] has both \"time\" and \"rate\"; delete one of the two",
      "config/session.yaml:2:79: error: import[1].time.unit is \"h\"; write one of: s, ms, us, ns, min",
      "config/session.yaml:2:95: error: import[1].delimiter is \";;\"; write one ASCII character in quotes, tab or blank",
    ]),
  BrokenFile(
    "window: 1 s",
    "window: 1 s\n  moment_arm_uncertainty: 150 %",
    [
      "config/session.yaml:19:27: error: identification.moment_arm_uncertainty is \"150 %\", out of range; write a percentage, 0 to 100 %"
    ]),
  BrokenFile(
    "file: arm.osim",
    "file: arm.osim\n  moment_arm_uncertainty: 0.1",
    [
      "config/session.yaml:4:27: error: model.moment_arm_uncertainty is \"0.1\", a number without unit; write a percentage with its unit, as in \"10 %\""
    ]),
  BrokenFile(
    "model:\n  file: arm.osim",
    "modle:\n  file: arm.osim",
    [
      "config/session.yaml:1:1: error: the key \"model\" is missing; add \"model: { file: models/NAME.osim }\"",
      "config/session.yaml:2:1: error: unknown key \"modle\"; did you mean \"model\"?",
    ]),
  BrokenFile(
    "file: arm.osim",
    "file: leg.osim",
    [
      "config/session.yaml:3:9: error: model.file is \"leg.osim\", and there is no file config/leg.osim; write the path as seen from this file's folder"
    ]),
  BrokenFile(
    "file: arm.osim",
    "fil: arm.osim",
    [
      "config/session.yaml:3:3: error: unknown key \"fil\" in model; did you mean \"file\"?",
      "config/session.yaml:3:3: error: model has no \"file\"; add \"file: the path of an .osim file\"",
    ]),
  BrokenFile(
    "r_shoulder_elev: { damping",
    "r_shoulder_elv: { damping",
    [
      "config/session.yaml:5:5: error: the model has no coordinate \"r_shoulder_elv\"; did you mean \"r_shoulder_elev\"?"
    ]),
  BrokenFile(
    "damping: 0.3 N*m*s/rad",
    "damping: 0.3",
    [
      "config/session.yaml:5:33: error: model.coordinates.r_shoulder_elev.damping is \"0.3\", a number without unit; write a damping with its unit, as in \"0.3 N*m*s/rad\""
    ]),
  BrokenFile(
    "damping: 0.3 N*m*s/rad",
    "damping: 0.3 N*m*s",
    [
      "config/session.yaml:5:33: error: model.coordinates.r_shoulder_elev.damping is \"0.3 N*m*s\", which is not a damping; write a damping with its unit, as in \"0.3 N*m*s/rad\""
    ]),
  BrokenFile(
    "damping: 0.3 N*m*s/rad",
    "damping: -0.3 N*m*s/rad",
    [
      "config/session.yaml:5:33: error: model.coordinates.r_shoulder_elev.damping is \"-0.3 N*m*s/rad\", out of range; write a damping, zero or more"
    ]),
  BrokenFile(
    "damping: 0.3 N*m*s/rad",
    "damping: 0.3 Nms/rad",
    [
      "config/session.yaml:5:33: error: model.coordinates.r_shoulder_elev.damping is \"0.3 Nms/rad\", and \"Nms\" is no unit; write a damping with its unit, as in \"0.3 N*m*s/rad\""
    ]),
  BrokenFile(
    "damping: 0.3 N*m*s/rad",
    "dampning: 0.3 N*m*s/rad",
    [
      "config/session.yaml:5:24: error: unknown key \"dampning\" in model.coordinates.r_shoulder_elev; did you mean \"damping\"?"
    ]),
  BrokenFile(
    "device: virtual-emg16-enc2, virtual",
    "device: virtual-emg16-enc, virtual",
    [
      "config/session.yaml:7:28: error: there is no device file for \"virtual-emg16-enc\"; did you mean \"virtual-emg16-enc2\"?"
    ]),
  BrokenFile(
    "device: virtual-emg16-enc2, virtual: { seed: 7 }",
    "device: virtual-emg16-enc2",
    [
      "config/session.yaml:7:28: error: the device \"virtual-emg16-enc2\" has no USB ids, so it cannot be plugged in; add \"virtual: { seed: 1 }\", or give the device file a \"usb\" section"
    ]),
  BrokenFile(
    "device: virtual-emg16-enc2, virtual: { seed: 7 }",
    "device: virtual-emg16-enc2, stream: emg",
    [
      "config/session.yaml:7:56: error: sources[0] has both \"device\" and \"stream\"; delete one of the two"
    ]),
  BrokenFile(
    "device: virtual-emg16-enc2, virtual: { seed: 7 }",
    "virtual: { seed: 7 }",
    [
      "config/session.yaml:7:5: error: sources[0] has neither \"device\" nor \"stream\"; add one of the two"
    ]),
  BrokenFile(
    "{ seed: 7 }",
    "{ seed: seven }",
    [
      "config/session.yaml:7:65: error: sources[0].virtual.seed is \"seven\"; write a seed, a whole number from 0 to 2147483647"
    ]),
  BrokenFile(
    "{ name: board, device",
    "{ device",
    [
      "config/session.yaml:7:5: error: sources[0] has no \"name\"; add \"name: a name for signals to refer to\""
    ]),
  BrokenFile(
    "    - { channel: board.EMG4",
    "    - { channel: bord.EMG4",
    [
      "config/session.yaml:13:18: error: there is no source \"bord\"; did you mean \"board\"?"
    ]),
  BrokenFile(
    "    - { channel: board.EMG4",
    "    - { channel: board.EMG44",
    [
      "config/session.yaml:13:18: error: the device \"virtual-emg16-enc2\" has no channel \"EMG44\"; did you mean \"EMG4\"?"
    ]),
  BrokenFile(
    "    - { channel: board.EMG4",
    "    - { channel: EMG4",
    [
      "config/session.yaml:13:18: error: signals.emg[3].channel is \"EMG4\"; write a source and one of its channels as SOURCE.CHANNEL"
    ]),
  BrokenFile(
    "    - { channel: board.EMG4",
    "    - { channel: board.ENC1",
    [
      "config/session.yaml:13:18: error: the channel \"ENC1\" is measured in rad; name a channel measured in V"
    ]),
  BrokenFile(
    "muscles: [BRA]",
    "muscles: [BRAA]",
    [
      "config/session.yaml:13:40: error: the model has no muscle \"BRAA\"; did you mean \"BRA\"?"
    ]),
  BrokenFile(
    "muscles: [BRA]",
    "muscles: BRA",
    [
      "config/session.yaml:13:39: error: signals.emg[3].muscles is \"BRA\"; write a list of muscles, as in [BIClong]"
    ]),
  BrokenFile(
    "muscles: [BRA]",
    "muscles: [BICshort]",
    [
      "config/session.yaml:13:40: error: the muscle \"BICshort\" already has an EMG channel; list it under one channel only"
    ]),
  BrokenFile(
    "    - { channel: board.EMG4, muscles: [BRA], mvc: 1 mV }\n",
    "",
    [
      "config/session.yaml:10:5: error: no EMG channel excites: BRA; list each under the channel of its nearest synergist, or give it a proxy"
    ]),
  BrokenFile(
    "muscles: [BRA], mvc: 1 mV",
    "muscles: [BRA], mvc: 1",
    [
      "config/session.yaml:13:51: error: signals.emg[3].mvc is \"1\", a number without unit; write a voltage with its unit, as in \"1.2 mV\""
    ]),
  BrokenFile(
    "muscles: [BRA], mvc: 1 mV",
    "muscles: [BRA], mvc: 0 mV",
    [
      "config/session.yaml:13:51: error: signals.emg[3].mvc is \"0 mV\", out of range; write a voltage, more than zero"
    ]),
  BrokenFile(
    "muscles: [BRA], mvc: 1 mV",
    "muscles: [BRA], mvc: 1 ms",
    [
      "config/session.yaml:13:51: error: signals.emg[3].mvc is \"1 ms\", which is not a voltage; write a voltage with its unit, as in \"1.2 mV\""
    ]),
  BrokenFile(
    "    - { channel: board.ENC2, coordinate: r_elbow_flex, noise: 1 mrad }\n",
    "",
    [
      "config/session.yaml:15:5: error: no channel shows: r_elbow_flex; add a channel for each, or lock it as in \"model: { coordinates: { NAME: { locked: 70 deg } } }\""
    ]),
  BrokenFile(
    "coordinate: r_elbow_flex, noise: 1 mrad",
    "coordinate: r_elbow_flex",
    [
      "config/session.yaml:16:7: error: signals.angles[1] has no \"noise\"; add \"noise: 0.5 mrad\""
    ]),
  BrokenFile(
    "coordinate: r_elbow_flex, noise",
    "coordinate: r_elbow, noise",
    [
      "config/session.yaml:16:42: error: the model has no coordinate \"r_elbow\"; did you mean \"r_elbow_flex\"?"
    ]),
  BrokenFile(
    "coordinate: r_elbow_flex, noise",
    "coordinate: r_shoulder_elev, noise",
    [
      "config/session.yaml:16:42: error: the coordinate \"r_shoulder_elev\" already has a channel; delete one of the two"
    ]),
  BrokenFile(
    "coordinate: r_elbow_flex, noise",
    "coordinate: r_elbow_flex, sign: 2, noise",
    [
      "config/session.yaml:16:62: error: signals.angles[1].sign is neither 1 nor -1; write 1 or -1"
    ]),
  BrokenFile(
    "{ damping: 0.3 N*m*s/rad }",
    "{ damping: 0.3 N*m*s/rad, locked: 0 deg }",
    [
      "config/session.yaml:15:42: error: the coordinate \"r_shoulder_elev\" is locked and needs no channel; delete the entry, or the lock"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1",
    [
      "config/session.yaml:18:11: error: identification.window is \"1\", a number without unit; write a duration with its unit, as in \"30 s\""
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 sec",
    [
      "config/session.yaml:18:11: error: identification.window is \"1 sec\", and \"sec\" is no unit; write a duration with its unit, as in \"30 s\""
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1003 ms",
    [
      "config/session.yaml:18:11: error: identification.window of 1.003 s is not a whole number of measurement_intervals of 0.01 s; write a multiple of 0.01 s, or another measurement_interval"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  step: 3 ms",
    [
      "config/session.yaml:19:9: error: identification.measurement_interval of 0.01 s is not a whole number of steps of 0.003 s; write a multiple of 0.003 s, or another step"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  iterations: 2.5",
    [
      "config/session.yaml:19:15: error: identification.iterations is \"2.5\"; write evaluations of a refit, a whole number from 1 to 100"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  noise: { activation: 0.09 }",
    [
      "config/session.yaml:19:24: error: identification.noise.activation is \"0.09\", a number without unit; write a percentage with its unit, as in \"10 %\""
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  noise: 9 %",
    [
      "config/session.yaml:19:10: error: identification.noise is \"9 %\"; write a mapping of keys to values"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  groups: { elbow: [BIClong, BRAX] }",
    [
      "config/session.yaml:19:30: error: the model has no muscle \"BRAX\"; did you mean \"BRA\"?"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  groups: { BRA: [BIClong, BICshort] }",
    [
      "config/session.yaml:19:13: error: the group name \"BRA\" is a muscle's or holds '/' or '*'; rename it"
    ]),
  BrokenFile(
    "  window: 1 s",
    "  window: 1 s\n  window: 2 s",
    [
      "config/session.yaml:18:3: error: the key \"window\" stands twice in one mapping; delete one of the two"
    ]),
  BrokenFile(
    "name: \"muscle/*/max_isometric_force\"",
    "name: \"muscle/*/max_isometric_fors\"",
    [
      "config/session.yaml:20:15: error: \"muscle/*/max_isometric_fors\" matches no parameter; did you mean \"muscle/*/max_isometric_force\"?"
    ]),
  BrokenFile(
    "name: \"muscle/*/max_isometric_force\"",
    "name: \"muscle/BICLNG/max_isometric_force\"",
    [
      "config/session.yaml:20:15: error: \"muscle/BICLNG/max_isometric_force\" matches no parameter; did you mean \"muscle/BIClong/max_isometric_force\"?"
    ]),
  BrokenFile(
    "name: \"muscle/*/max_isometric_force\"",
    "name: \"coordinate/r_elbow_flex/damping\"",
    [
      "config/session.yaml:20:15: error: \"coordinate/r_elbow_flex/damping\" matches no parameter: the damping is zero, and a factor on zero changes nothing; set it under model.coordinates, as in { damping: 0.3 N*m*s/rad }"
    ]),
  BrokenFile(
    "name: \"muscle/*/max_isometric_force\"",
    "name: \"coordinate/*/*\"",
    [
      "config/session.yaml:20:15: error: \"coordinate/*/*\" matches quantities of different kinds; split it, factors take a percentage and offsets a unit"
    ]),
  BrokenFile(
    "prior_sd: 10 %",
    "prior_sd: 10",
    [
      "config/session.yaml:20:57: error: identification.parameters[0].prior_sd is \"10\", a number without unit; write a percentage with its unit, as in \"10 %\""
    ]),
  BrokenFile(
    "prior_sd: 10 %",
    "prior_sd: 10 N",
    [
      "config/session.yaml:20:57: error: identification.parameters[0].prior_sd is \"10 N\", which is not a percentage; write a percentage with its unit, as in \"10 %\""
    ]),
  BrokenFile(
    "  parameters:\n    - { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }\n",
    "",
    [
      "config/session.yaml:1:1: error: nothing is free to be identified; add to identification.parameters, as in { name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { emg_band: [20 Hz, 1200 Hz] }\nidentification:\n",
    [
      "config/session.yaml:17:22: error: the EMG band's upper end, 1200.0 Hz, is not below half the rate of source \"board\", 2000.0 Hz; write less than 1000.0 Hz"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { emg_band: [450 Hz, 20 Hz] }\nidentification:\n",
    [
      "config/session.yaml:17:22: error: filters.emg_band is empty; write the lower frequency first"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { emg_band: 20 Hz }\nidentification:\n",
    [
      "config/session.yaml:17:22: error: filters.emg_band is \"20 Hz\"; write two frequencies, as in [20 Hz, 450 Hz]"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { mains_noch: 50 Hz }\nidentification:\n",
    [
      "config/session.yaml:17:12: error: unknown key \"mains_noch\" in filters; did you mean \"mains_notch\"?"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { mains_notch: 400 Hz }\nidentification:\n",
    [
      "config/session.yaml:17:25: error: filters.mains_notch is \"400 Hz\", out of range; write a frequency, 50 Hz or 60 Hz"
    ]),
  BrokenFile(
    "identification:\n",
    "filters: { mains_harmonics: 3 }\nidentification:\n",
    [
      "config/session.yaml:17:29: error: filters has \"mains_harmonics\" but no \"mains_notch\"; add \"mains_notch: 50 Hz\", or delete it"
    ]),
  BrokenFile(
    "identification:\n",
    "calibration: { file: CALIBRATION.yaml }\nidentification:\n",
    [
      "config/session.yaml:17:22: error: calibration.file is \"CALIBRATION.yaml\", and there is no file config/CALIBRATION.yaml; make it with \"diffmsm calibrate\", or delete the key"
    ]),
  BrokenFile(
    "identification:\n",
    "payload: { body: hand, point: [0 m, -0.25 m, 0 m] }\nidentification:\n",
    [
      "config/session.yaml:17:18: error: the model has no body \"hand\"; did you mean \"r_ulna_radius_hand\"?"
    ]),
  BrokenFile(
    "identification:\n",
    "payload: { body: r_humerus, point: [0 m, -0.25 m] }\nidentification:\n",
    [
      "config/session.yaml:17:36: error: payload.point has 2 items; write three lengths in the body's frame, as in [0 m, -0.25 m, 0 m]"
    ]),
  BrokenFile(
    "identification:\n",
    "virtual_subject: { payload: 2 kg }\nidentification:\n",
    [
      "config/session.yaml:17:29: error: the virtual subject holds a payload, and the session does not say where; add a \"payload\" section with \"body\" and \"point\""
    ]),
  BrokenFile(
    "identification:\n",
    "activation: { shape_factor: 2 }\nidentification:\n",
    [
      "config/session.yaml:17:29: error: activation.shape_factor is \"2\"; write the shape factor, a number without unit from -3.0 to 0.0"
    ]),
  BrokenFile(
    "identification:\n",
    "recording:\nidentification:\n",
    [
      "config/session.yaml:17:11: error: recording is empty; write a mapping of keys to values"
    ]),
  BrokenFile(
    "identification:\n",
    "  identification:\n",
    [
      "config/session.yaml:17:3: error: unknown key \"identification\" in signals; known are: emg, angles, inertial, torques",
      "config/session.yaml:18:3: error: unknown key \"window\" in signals; known are: emg, angles, inertial, torques",
      "config/session.yaml:19:3: error: unknown key \"parameters\" in signals; known are: emg, angles, inertial, torques",
    ]),
  BrokenFile(
    "  emg:\n",
    "  emg: [\n",
    [
      "config/session.yaml:10:5: error: the file is not YAML: while parsing a flow node did not find expected node content; check indentation, quotes and brackets there"
    ]),
]
