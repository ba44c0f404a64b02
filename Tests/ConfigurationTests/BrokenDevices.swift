/// Ways to break the virtual board's file, with every line that must come out of a session with it.
let brokenDevices: [BrokenFile] = [
  BrokenFile(
    "name: virtual-emg16-enc2\n",
    "name: other-board\n",
    [
      "devices/virtual-emg16-enc2.yaml:3:7: error: name is \"other-board\" while the file is called \"virtual-emg16-enc2.yaml\"; write \"virtual-emg16-enc2\" or rename the file"
    ]),
  BrokenFile(
    "name: virtual-emg16-enc2\n",
    "name: Virtual_Board\n",
    [
      "devices/virtual-emg16-enc2.yaml:3:7: error: name is \"Virtual_Board\"; write lower-case letters, digits and '-' only"
    ]),
  BrokenFile(
    "rate: 2000 Hz",
    "rate: 2000",
    [
      "devices/virtual-emg16-enc2.yaml:5:7: error: rate is \"2000\", a number without unit; write a frequency with its unit, as in \"6 Hz\""
    ]),
  BrokenFile(
    "  length: 214",
    "  length: 213",
    [
      "devices/virtual-emg16-enc2.yaml:29:5: error: Channel 18 (ENC2) overlaps the checksum at byte 211."
    ]),
  BrokenFile(
    "  length: 214",
    "  lenght: 214",
    [
      "devices/virtual-emg16-enc2.yaml:8:3: error: packet has no \"length\"; add \"length: bytes of a whole packet\"",
      "devices/virtual-emg16-enc2.yaml:9:3: error: unknown key \"lenght\" in packet; did you mean \"length\"?",
    ]),
  BrokenFile(
    "checksum: crc16-ccitt",
    "checksum: crc16",
    [
      "devices/virtual-emg16-enc2.yaml:10:13: error: packet.checksum is \"crc16\"; did you mean \"crc16-ccitt\"?"
    ]),
  BrokenFile(
    "sync: [0xA5, 0x5A]",
    "sync: [0xA5, 0x15A]",
    [
      "devices/virtual-emg16-enc2.yaml:8:16: error: packet.sync[1] is \"0x15A\"; write a byte, a whole number from 0 to 255"
    ]),
  BrokenFile(
    "  sample_stride: 52\n",
    "",
    [
      "devices/virtual-emg16-enc2.yaml:8:3: error: packet has no \"sample_stride\"; add \"sample_stride: bytes from one sample to the next\""
    ]),
  BrokenFile(
    "  width: 16\n",
    "  width: 24\n",
    [
      "devices/virtual-emg16-enc2.yaml:17:10: error: counter.width is 24; write 8, 16, 32 or 64"
    ]),
  BrokenFile(
    "  byte_order: little\n  counts",
    "  counts",
    [
      "devices/virtual-emg16-enc2.yaml:16:3: error: counter has no \"byte_order\"; add \"byte_order: big or little\""
    ]),
  BrokenFile(
    "    type: int24\n",
    "    type: decimal\n",
    [
      "devices/virtual-emg16-enc2.yaml:26:11: error: channels[0].type is \"decimal\"; write one of: uint8, int16, uint16, int24, int32, uint32, pair14, float32, float64"
    ]),
  BrokenFile(
    "label: EMG{n} ",
    "label: EMG ",
    [
      "devices/virtual-emg16-enc2.yaml:22:12: error: channels[0].label is \"EMG\" for 16 channels; write {n} where the number goes, as in \"EMG{n}\""
    ]),
  BrokenFile(
    "scale: 22.35174445530706 nV",
    "scale: 22.35174445530706",
    [
      "devices/virtual-emg16-enc2.yaml:28:12: error: channels[0].scale is \"22.35174445530706\", a number without unit; write a voltage with its unit, as in \"1.2 mV\""
    ]),
  BrokenFile(
    "scale: 22.35174445530706 nV",
    "scale: 22 nX",
    [
      "devices/virtual-emg16-enc2.yaml:28:12: error: channels[0].scale is \"22 nX\", and \"nX\" is no unit; write a voltage with its unit, as in \"1.2 mV\""
    ]),
  BrokenFile(
    "scale: 22.35174445530706 nV",
    "scal: 22 nV",
    [
      "devices/virtual-emg16-enc2.yaml:22:5: error: channels[0] has no \"scale\"; add \"scale: 1.2 mV, the value of one count\"",
      "devices/virtual-emg16-enc2.yaml:28:5: error: unknown key \"scal\" in channels[0]; did you mean \"scale\"?",
    ]),
  BrokenFile(
    "    counts_per_revolution: 4096",
    "    counts_per_revolution: 100000",
    [
      "devices/virtual-emg16-enc2.yaml:29:5: error: Channel 17 (ENC1) has 100000 counts per revolution, more than uint16 holds; take a wider type or let the count wrap at its width.",
      "devices/virtual-emg16-enc2.yaml:29:5: error: Channel 18 (ENC2) has 100000 counts per revolution, more than uint16 holds; take a wider type or let the count wrap at its width.",
    ]),
  BrokenFile(
    "    counts_per_revolution: 4096 ",
    "    # counts_per_revolution: 4096 ",
    [
      "devices/virtual-emg16-enc2.yaml:29:5: error: channels[1] has no \"counts_per_revolution\"; add \"counts_per_revolution: counts in one turn\""
    ]),
  BrokenFile(
    "    byte_offset: 48\n",
    "    byte_offset: 47\n",
    [
      "devices/virtual-emg16-enc2.yaml:29:5: error: Channel 17 (ENC1) overlaps Channel 16 (EMG16) at byte 51."
    ]),
  BrokenFile(
    "    kind: encoder\n",
    "    kind: angle\n",
    [
      "devices/virtual-emg16-enc2.yaml:31:11: error: channels[1].kind is \"angle\"; write one of: emg, encoder, auxiliary"
    ]),
]
