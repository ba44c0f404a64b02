internal import Devices

/// The USB descriptors of a virtual device, as its description needs them.
struct USBDescriptors {
  let device: [UInt8]
  let configuration: [UInt8]
  let strings: [Int: String]
  let input: UInt8
  let replies: UInt8
  let isInterrupt: Bool

  init(_ description: DeviceDescription, serial: String) {
    let link = description.link ?? USBLink()
    let match = description.usb ?? USBMatch(vendorID: 0, productID: 0)
    func word(_ number: Int) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8 & 255)] }
    device =
      [18, 1] + word(0x200) + [link.wrapper == .cdc ? 2 : 0, 0, 0, 64]
      + word(Int(match.vendorID)) + word(Int(match.productID)) + word(0x100) + [1, 2, 3, 1]
    strings = [1: "DiffMSM virtual device", 2: description.title, 3: serial]

    input = link.input ?? 0x81
    replies = link.replies ?? input
    isInterrupt = link.wrapper == .hidReports
    let kind: UInt8 = isInterrupt ? 3 : 2
    let interval: UInt8 = isInterrupt ? 1 : 0
    let size = word(link.packetSize)
    var endpoints: [[UInt8]] = [[7, 5, input, kind] + size + [interval]]
    endpoints.append([7, 5, link.output ?? 0x02, kind] + size + [interval])
    if replies != input { endpoints.append([7, 5, replies, kind] + size + [interval]) }
    let count = UInt8(endpoints.count)
    var interfaces: [[UInt8]]
    switch link.wrapper {
    case .cdc:
      interfaces = [
        [9, 4, 0, 0, 1, 2, 2, 1, 0], [7, 5, 0x8F, 3, 8, 0, 16],
        [9, 4, 1, 0, count, 0x0A, 0, 0, 0],
      ]
    case .hidReports: interfaces = [[9, 4, 0, 0, count, 3, 0, 0, 0]]
    case .none, .ftdi: interfaces = [[9, 4, UInt8(link.interface ?? 0), 0, count, 0xFF, 0, 0, 0]]
    }
    interfaces += endpoints
    let body = interfaces.flatMap { $0 }
    configuration =
      [9, 2] + word(9 + body.count) + [link.wrapper == .cdc ? 2 : 1, 1, 0, 0x80, 50] + body
  }

  /// A string descriptor; nil where there is none.
  func string(_ index: Int) -> [UInt8]? {
    if index == 0 { return [4, 3, 9, 4] }
    guard let text = strings[index] else { return nil }
    let units = text.utf16.prefix(126).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    return [UInt8(2 + units.count), 3] + units
  }
}
