public import Signals

/// The numbers by which a USB device is recognised.
public struct USBMatch: Hashable, Sendable {
  /// Vendor id as `lsusb` prints it [1].
  public var vendorID: UInt16
  /// Product id as `lsusb` prints it [1].
  public var productID: UInt16

  /// Matches devices with exactly these ids.
  public init(vendorID: UInt16, productID: UInt16) {
    self.vendorID = vendorID
    self.productID = productID
  }
}

/// Everything constant about a device: how its packets look and what their numbers mean.
///
/// `PacketDecoder` reads and `PacketEncoder` writes packets by the same description. Call `validate()`
/// once after making one from a file; decoder and encoder demand a description without problems.
public struct DeviceDescription: Hashable, Sendable {
  /// The short name that sessions and recordings use.
  public var name: String
  /// One line for people.
  public var title: String
  /// How the device is recognised on USB; nil for virtual devices.
  public var usb: USBMatch?
  /// Nominal rate of samples [Hz].
  public var nominalRate: Double
  /// How packets are framed.
  public var packet: PacketLayout
  /// The running number that packets carry; nil when they carry none.
  public var counter: CounterField?
  /// The byte that says whether a packet's samples are good; nil when packets carry none.
  public var status: PacketStatus?
  /// The device's own time; nil when packets carry none.
  public var deviceTime: DeviceTimeField?
  /// How the device is spoken to; nil for virtual devices.
  public var link: USBLink?
  /// What sessions chose of it.
  public var settings: [DeviceSetting] = []
  /// The channels of one sample, in the order of streams and recordings (channelCount).
  public var channels: [ChannelField]

  /// A description, not yet validated.
  public init(
    name: String, title: String, usb: USBMatch? = nil, nominalRate: Double, packet: PacketLayout,
    counter: CounterField? = nil, status: PacketStatus? = nil, deviceTime: DeviceTimeField? = nil,
    link: USBLink? = nil, channels: [ChannelField]
  ) {
    self.name = name
    self.title = title
    self.usb = usb
    self.nominalRate = nominalRate
    self.packet = packet
    self.counter = counter
    self.status = status
    self.deviceTime = deviceTime
    self.link = link
    self.channels = channels
  }

  /// The device as a stream of sample blocks: native values are counts, encoders' unwrapped.
  ///
  /// The type is `EMG` or `Encoder` when all channels are of that kind, else `Mixed`. Native values
  /// fit 32 bits unless a channel is `uint32` or an encoder's wire count takes all 32 bits already.
  public var streamDescription: StreamDescription {
    let type =
      if channels.allSatisfy({ $0.kind == .emg }) {
        "EMG"
      } else if channels.allSatisfy({ $0.kind == .encoder }) {
        "Encoder"
      } else {
        "Mixed"
      }
    return StreamDescription(
      name: name, type: type, nominalRate: nominalRate,
      channels: channels.map {
        ChannelDescription(label: $0.label, unit: $0.unit, scale: $0.scale, offset: $0.offset)
      },
      isInteger: channels.allSatisfy {
        $0.type != .uint32 && $0.type.isWhole && $0.column == nil && $0.calibration == nil
          && ($0.modulus ?? 0) < Int64(UInt32.max)
      }, counterRange: counter.flatMap { $0.width.byteCount <= 2 ? counterRange : nil })
  }

  /// Samples after which the packets' counter is the same again; nil without one or when it never is [samples].
  var counterRange: Int64? {
    guard let counter, counter.width != .bits64 else { return nil }
    let samplesPerStep = counter.counts == .samples ? 1 : packet.samplesPerPacket
    return counter.width.modulus / counter.step * Int64(samplesPerStep)
  }

  /// Where the value of `channel` in sample `sample` of a packet begins [bytes from its start].
  func valueOffset(sample: Int, channel: Int) -> Int {
    let field = channels[channel]
    if field.item != nil || field.column != nil { return field.byteOffset }
    return packet.samplesOffset + field.byteOffset
      + sample * (field.stride ?? packet.sampleStride)
  }
}
