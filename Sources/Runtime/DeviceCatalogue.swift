internal import Configuration
internal import Devices
internal import Foundation
internal import USBTransport

/// The devices that a folder of description files describes, for listings.
public struct DeviceCatalogue: Sendable {
  /// One device as listings show it.
  public struct Entry: Sendable, Encodable {
    /// One channel as listings show it.
    struct Channel: Encodable {
      var label: String
      var kind: String
      var unit: String
      /// SI units per native unit [unit per native unit].
      var scale: Double
      /// SI value of native zero [unit].
      var offset: Double
    }

    var name: String
    var title: String
    var usb: String?
    /// Samples a second [Hz].
    var rate: Double
    var channels: [Channel]
    var settings: [Setting]

    /// Something that sessions choose.
    struct Setting: Encodable {
      var name: String
      var title: String
      var choices: [String]
      var chosen: String
    }

    init(_ device: DeviceDescription) {
      name = device.name
      title = device.title
      usb = device.usb.map {
        String(format: "%04x:%04x", Int($0.vendorID), Int($0.productID))
      }
      rate = device.nominalRate
      channels = device.channels.map {
        Channel(
          label: $0.label, kind: $0.kind.rawValue, unit: $0.unit, scale: $0.scale,
          offset: $0.offset)
      }
      settings = device.settings.map {
        Setting(name: $0.name, title: $0.title, choices: $0.choices, chosen: $0.chosen)
      }
    }

    /// The device for people, one string a line.
    public var lines: [String] {
      let head = ["\(name): \(title)", "USB \(usb ?? "none, virtual"), \(significant(rate)) Hz"]
      let rows = channels.map {
        [$0.label, $0.kind, $0.unit, significant($0.scale), significant($0.offset)]
      }
      let choices = settings.map {
        "setting \($0.name): \($0.title); \($0.chosen), of \($0.choices.joined(separator: ", "))"
      }
      return head + choices
        + table([["channel", "kind", "unit", "scale", "offset"]] + rows, leftColumns: [0, 1, 2])
    }

    /// The device for programs.
    public var json: String { DeviceCatalogue.json(self) }
  }

  /// Where device files usually stand: in `devices` here, else where the program was installed.
  public static var usualFolder: String {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let prefix = program.split(separator: "/").dropLast(2).joined(separator: "/")
    let installed = ["/etc/diffmsm/devices", "/\(prefix)/share/diffmsm/devices"]
    return (["devices"] + installed).first { FileManager.default.fileExists(atPath: $0) }
      ?? "devices"
  }

  /// The devices, by name.
  private let entries: [Entry]
  private let devices: [DeviceDescription]
  /// What is plugged in, one row a device that is described; empty without USB.
  private var plugged: [PluggedDevice] = []

  /// The devices of every `.yaml` file in `folder`.
  public init(folder: String) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw SessionError(
        .noInput, file: folder, message: "the folder cannot be read",
        remedy: "name the folder of device files with --folder")
    }
    devices = try names.filter { $0.hasSuffix(".yaml") }.sorted().map {
      try DeviceFile.read(folder + "/" + $0)
    }
    entries = devices.map { Entry($0) }
  }

  /// Looks what is plugged in.
  public mutating func look() {
    let found = (try? PluggedDevice.all()) ?? []
    plugged = found.filter { device in devices.contains { $0.usb == device.match } }
  }

  /// The udev rules of all devices, one string a line.
  public var udevRules: [String] {
    let matches = Set(devices.compactMap(\.usb)).sorted {
      ($0.vendorID, $0.productID) < ($1.vendorID, $1.productID)
    }
    return [
      "# \(UdevRule.file): lets whoever sits at the machine use the described devices;",
      "# afterwards: udevadm control --reload && udevadm trigger",
    ]
      + matches.map { match in
        let names = devices.filter { $0.usb == match }.map(\.name).joined(separator: ", ")
        return "# \(names)\n"
          + UdevRule.line(vendorID: match.vendorID, productID: match.productID)
      }
  }

  /// The device of this name in `folder`, or in the file at this path.
  public static func device(
    _ name: String, folder: String, settings: [String: String] = [:]
  ) throws -> Entry {
    Entry(try description(name, folder: folder, settings: settings))
  }

  /// The description of this name in `folder`, or in the file at this path.
  static func description(
    _ name: String, folder: String, settings: [String: String] = [:]
  ) throws -> DeviceDescription {
    let isPath = name.contains("/") || name.hasSuffix(".yaml")
    return try DeviceFile.read(isPath ? name : "\(folder)/\(name).yaml", settings: settings)
  }

  /// The list for people, one string a line.
  public var lines: [String] {
    let rows = entries.map {
      [
        $0.name, $0.usb ?? "virtual", significant($0.rate) + " Hz", "\($0.channels.count)",
        $0.title,
      ]
    }
    let known = table(
      [["name", "usb", "rate", "channels", "title"]] + rows, leftColumns: [0, 1, 4])
    if plugged.isEmpty { return known + ["", "plugged in: none of these"] }
    let there = plugged.map { device in
      let names = devices.filter { $0.usb == device.match }.map(\.name)
      return [
        names.joined(separator: " or "), device.port, device.serial ?? "-", device.driver,
        device.permission,
      ]
    }
    return known + [""]
      + table(
        [["plugged in", "port", "serial", "kernel driver", "permission"]] + there,
        leftColumns: [0, 1, 2, 3, 4])
  }

  /// The list for programs.
  public var json: String { Self.json(entries) }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    guard let text = try? encoder.encode(value) else {
      preconditionFailure("every device is JSON")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
