internal import CUMockdev
internal import Foundation

/// A folder that stands for /sys and /dev in processes that run under umockdev's preload library.
///
/// One a process, because its place is told to children in the environment. Belongs to the main thread until
/// devices are plugged; plugging locks it.
public final class VirtualBus: @unchecked Sendable {
  /// The folder that stands for `/`.
  public let root: String
  private let testbed: UnsafeMutablePointer<UMockdevTestbed>
  private let lock = NSLock()
  private var isClosed = false
  private var nextAddress = 2

  /// The preload library's name, which this process and its children need.
  public static let preload = "libumockdev-preload.so.0"

  /// Makes the folder and a root hub; the preload library must be loaded.
  public init() {
    // short sleeps of the preload library cost no more than they must; children inherit it
    _ = diffmsm_set_timer_slack(1000)
    testbed = umockdev_testbed_new()
    let path: UnsafeMutablePointer<CChar> = umockdev_testbed_get_root_dir(testbed)
    root = String(cString: path)
    g_free(path)
    try? FileManager.default.createDirectory(
      atPath: root + "/dev/bus/usb/001", withIntermediateDirectories: true)
    add(
      """
      P: /devices/pci0000:00/0000:00:14.0/usb1
      N: bus/usb/001/001
      E: SUBSYSTEM=usb
      E: DRIVER=usb
      E: BUSNUM=001
      E: DEVNUM=001
      E: DEVNAME=/dev/bus/usb/001/001
      E: DEVTYPE=usb_device
      A: bConfigurationValue=1\\n
      A: busnum=1\\n
      A: devnum=1\\n
      A: speed=480\\n
      H: descriptors=12010002090001406b1d020006060302010109021900010100e0000904000001090000000705810304000c

      """)
  }

  /// Another address for a device that is plugged in.
  func takeAddress() -> Int {
    lock.withLock {
      nextAddress += 1
      return nextAddress - 1
    }
  }

  /// Makes the kernel's records of a device, which tells listeners that it is there.
  func add(_ record: String) {
    lock.withLock {
      guard !isClosed else { return }
      var error: UnsafeMutablePointer<GError>?
      let isAdded = umockdev_testbed_add_from_string(testbed, record, &error) != 0
      precondition(isAdded, "umockdev takes the record of a device")
    }
  }

  /// Tells listeners that a device leaves.
  func announceLeaving(_ path: String) {
    lock.withLock { if !isClosed { umockdev_testbed_uevent(testbed, path, "remove") } }
  }

  /// Removes the kernel's records of a device.
  func remove(_ path: String) {
    lock.withLock { if !isClosed { umockdev_testbed_remove_device(testbed, path) } }
  }

  /// Removes the folder; nothing is plugged in or out afterwards.
  public func close() {
    lock.withLock {
      guard !isClosed else { return }
      isClosed = true
      g_object_unref(testbed)
    }
  }
}
