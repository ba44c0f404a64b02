internal import CLibUSB

/// What a call of libusb came to: the call, its code and what to do about it.
public struct USBError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call, as `libusb_open`.
  public var call: String
  /// libusb's code, negative [1].
  public var code: Int32
  /// What to do about it; empty where there is nothing.
  public var remedy: String

  /// An error of this call.
  public init(call: String, code: Int32, remedy: String = "") {
    self.call = call
    self.code = code
    self.remedy = remedy
  }

  /// libusb's name of the code.
  public var name: String { String(cString: libusb_error_name(code)) }

  /// The call, the code with its name, and the remedy.
  public var description: String {
    "\(call) says \(name) (\(code))" + (remedy.isEmpty ? "" : "; \(remedy)")
  }

  /// True when the system refuses access to the device.
  public var isAccess: Bool { code == LIBUSB_ERROR_ACCESS.rawValue }

  /// True when the device is gone.
  public var isGone: Bool {
    code == LIBUSB_ERROR_NO_DEVICE.rawValue || code == LIBUSB_ERROR_NOT_FOUND.rawValue
  }

  /// Throws when `code` is negative; returns it otherwise.
  @discardableResult
  static func check(_ code: Int32, _ call: String) throws(USBError) -> Int32 {
    guard code < 0 else { return code }
    throw USBError(call: call, code: code)
  }
}

/// The udev rule that lets everybody at the machine use devices.
public enum UdevRule {
  /// The file that rules belong into.
  public static let file = "/etc/udev/rules.d/60-diffmsm.rules"

  /// The rule of one device.
  public static func line(vendorID: UInt16, productID: UInt16) -> String {
    "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"\(hexadecimal(vendorID))\", "
      + "ATTR{idProduct}==\"\(hexadecimal(productID))\", MODE=\"0660\", TAG+=\"uaccess\""
  }

  /// Four hexadecimal digits.
  static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
