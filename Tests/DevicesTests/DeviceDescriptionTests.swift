import Devices
import Signals
import Testing

@Suite struct DeviceDescriptionTests {
  @Test(arguments: [Boards.virtual, Boards.small, Boards.cyton, Boards.raw])
  func soundDescriptionsHaveNoProblems(description: DeviceDescription) {
    #expect(description.validate() == [])
  }

  @Test func streamOfTheVirtualBoard() {
    let stream = Boards.virtual.streamDescription
    #expect(stream.name == "virtual-emg16-enc2")
    #expect(stream.type == "Mixed")
    #expect(stream.nominalRate == 2000)
    #expect(stream.isInteger)
    #expect(stream.channels.count == 18)
    // OpenBCI's documented example: 01 23 45 at gain 24 is 1666.658 uV.
    let example = Double(0x012345) * stream.channels[0].scale
    #expect(abs(example - 1666.658e-6) < 0.001e-6)
    #expect(
      stream.channels[17]
        == ChannelDescription(label: "ENC2", unit: "rad", scale: 2 * Double.pi / 4096))
    #expect(Boards.cyton.streamDescription.type == "EMG")
  }

  @Test func streamsBeyondThirtyTwoBitsSaySo() {
    var wide = Boards.raw
    wide.packet.length = 6
    wide.channels[1].type = .uint32
    #expect(!wide.streamDescription.isInteger)
    var multiturn = Boards.small
    multiturn.channels = [
      .encoder(
        label: "Q", byteOffset: 0, type: .int32, countsPerRevolution: 4096, wraps: .width)
    ]
    #expect(multiturn.validate() == [])
    #expect(multiturn.streamDescription.type == "Encoder")
    #expect(!multiturn.streamDescription.isInteger)
  }

  /// A way to spoil a sound description and what must be said about it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var sentence: String
    var place: DescriptionProblem.Place
    var spoil: @Sendable (inout DeviceDescription) -> Void
    var testDescription: String { sentence }

    init(
      _ place: DescriptionProblem.Place, _ sentence: String,
      _ spoil: @escaping @Sendable (inout DeviceDescription) -> Void
    ) {
      self.place = place
      self.sentence = sentence
      self.spoil = spoil
    }
  }

  static let mistakes = [
    Mistake(.device, "The device needs a name.") { $0.name = "" },
    Mistake(.rate, "The rate is -5.0 Hz; it must be finite and above zero.") {
      $0.nominalRate = -5
    },
    Mistake(.rate, "The rate is nan Hz; it must be finite and above zero.") {
      $0.nominalRate = .nan
    },
    Mistake(.device, "The device has no channels; it needs at least one.") { $0.channels = [] },
    Mistake(.packet, "A packet has 0 samples; it must have between 1 and 65536.") {
      $0.packet.samplesPerPacket = 0
    },
    Mistake(
      .packet,
      "The sample stride is 0 bytes; with several samples in a packet it must be at least 1."
    ) { $0.packet.sampleStride = 0 },
    Mistake(.packet, "The packet's length is 100000 bytes; it must lie between 1 and 65536.") {
      $0.packet.length = 100_000
    },
    Mistake(
      .packet,
      "The samples begin at byte 1; they must begin inside the packet of 16 bytes and after its 2 "
        + "sync bytes."
    ) { $0.packet.samplesOffset = 1 },
    Mistake(.counter, "The counter overlaps the sync bytes at byte 1.") {
      $0.counter?.byteOffset = 1
    },
    Mistake(.counter, "The counter takes bytes 15 to 16, outside the packet of 16 bytes.") {
      $0.counter?.byteOffset = 15
    },
    Mistake(
      .counter,
      "The counter counts samples to 256 while a packet has 80; a packet may advance it by a quarter "
        + "at most."
    ) {
      $0.packet = PacketLayout(length: 402, samplesPerPacket: 80, samplesOffset: 2, sampleStride: 5)
      $0.counter = CounterField(byteOffset: 0, width: .bits8, counts: .samples)
    },
    Mistake(.channel(1), "Channel 2 (E) has the label of channel 1; labels must differ.") {
      $0.channels[1].label = "E"
    },
    Mistake(.channel(0), "Channel 1 (E) has the scale 0.0; it must be finite and not zero.") {
      $0.channels[0].scale = 0
    },
    Mistake(.channel(0), "Channel 1 (E) needs a unit; `1` is one too.") {
      $0.channels[0].unit = ""
    },
    Mistake(.channel(0), "Channel 1 (E) has the offset inf; it must be finite.") {
      $0.channels[0].offset = .infinity
    },
    Mistake(.channel(1), "Channel 2 (A) is an encoder and needs counts per revolution.") {
      $0.channels[1].countsPerRevolution = nil
    },
    Mistake(
      .channel(0),
      "Channel 1 (E) has counts per revolution but is no encoder; drop them or change its kind."
    ) { $0.channels[0].countsPerRevolution = 7 },
    Mistake(.channel(1), "Channel 2 (A) has 1 counts per revolution; it must have at least 2.") {
      $0.channels[1].countsPerRevolution = 1
    },
    Mistake(
      .channel(1),
      "Channel 2 (A) has 100000 counts per revolution, more than uint16 holds; take a wider type or "
        + "let the count wrap at its width."
    ) { $0.channels[1].countsPerRevolution = 100_000 },
    Mistake(.channel(1), "Channel 2 (A) overlaps Channel 1 (E) at byte 6.") {
      $0.channels[1].byteOffset = 2
    },
    Mistake(.channel(1), "Channel 2 (A) overlaps the checksum at byte 14.") {
      $0.channels[1].stride = 7
    },
    Mistake(.channel(1), "Channel 2 (A) takes bytes -1 to 0, outside the packet of 16 bytes.") {
      $0.channels[1].byteOffset = -5
    },
    Mistake(.channel(1), "Channel 2 (A) overlaps its own next value at byte 8.") {
      $0.channels[1].stride = 1
    },
    Mistake(.channel(0), "Channel 1 (E) has a byte offset or stride beyond reason.") {
      $0.channels[0].byteOffset = .max
    },
  ]

  @Test(arguments: mistakes)
  func eachMistakeIsNamed(mistake: Mistake) {
    var description = Boards.small
    mistake.spoil(&description)
    let problems = description.validate()
    #expect(
      problems.contains(DescriptionProblem(place: mistake.place, sentence: mistake.sentence)),
      "\(problems)")
  }

  @Test func allMistakesAreNamedAtOnce() {
    var description = Boards.small
    description.nominalRate = 0
    description.channels[0].scale = .nan
    description.channels[1].label = "E"
    description.channels[1].byteOffset = 2
    #expect(
      description.validate().map(\.place) == [.rate, .channel(0), .channel(1), .channel(1)])
  }
}
