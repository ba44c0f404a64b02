// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Settings of every Swift target: Swift 6 mode, warnings are errors, imports say what they expose.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For the numerical core: bounds and overflow are tested in debug builds, where all tests run.
let fast = SwiftSetting.unsafeFlags(["-Ounchecked"], .when(configuration: .release))

#if arch(x86_64)
  /// The same sources for processors with AVX2 and FMA; chosen once at start where they are there.
  let version3: [SwiftSetting] = [
    .define("USE_FMA"), .unsafeFlags(["-Xcc", "-march=x86-64-v3"]),
  ]
#else
  let version3: [SwiftSetting] = []
#endif

/// A module of the house.
///
/// `imports` are the modules above it that it may use; see Sources/README.md.
func module(
  _ name: String, imports: [Target.Dependency] = [], resources: [Resource]? = nil,
  settings: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: imports, resources: resources, swiftSettings: strict + settings)
}

/// The tests of one module.
func tests(
  of name: String, imports: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + imports,
    exclude: exclude, swiftSettings: strict)
}

let real = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let fox = Target.Dependency.product(name: "FlyingFox", package: "FlyingFox")
let socks = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "diffmsm",
  products: [
    .executable(name: "diffmsm", targets: ["diffmsm"]),
    // for the benchmarks, which are a package of their own
    .library(name: "Signals", targets: ["Signals"]),
    .library(
      name: "Estimation",
      targets: [
        "Algebra", "Signals", "Musculoskeletal", "Identification", "Simulation", "OpenSimFiles",
        "CrossCheck", "Estimation",
      ]),
    .library(name: "Identification", targets: ["Algebra", "Musculoskeletal", "Identification"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // 0: system libraries and one shim
    .systemLibrary(name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(name: "CLibEDF", providers: [.apt(["libedf-dev"])]),
    .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .target(name: "CShim"),

    // 1-8: pure; no Foundation, no clock, no thread
    module("Algebra", imports: [real, "CLAPACKE"], settings: [fast]),
    module("Signals", imports: ["Algebra", real]),
    module("Musculoskeletal", imports: ["Algebra", real], settings: [fast]),
    module("Kernels", imports: ["CShim", real], settings: [fast]),
    module("KernelsV3", imports: ["CShim", real], settings: [fast] + version3),
    module(
      "Identification",
      imports: ["Algebra", "Signals", "Musculoskeletal", "Kernels", "KernelsV3", "CShim", real],
      settings: [fast]),
    module("Devices", imports: ["Signals"]),
    module(
      "Pipeline", imports: ["Algebra", "Signals", "Musculoskeletal", "Identification", "Devices"]),
    module("Simulation", imports: ["Algebra", "Signals", "Musculoskeletal", "Devices", real]),

    // 9-20: the rim
    module("RealTime", imports: ["CShim"]),
    module("OpenSimFiles", imports: ["Musculoskeletal"]),
    module(
      "Configuration",
      imports: ["Signals", "Musculoskeletal", "Identification", "Devices", "OpenSimFiles", yams]),
    module(
      "Recordings",
      imports: [
        "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline", "RealTime",
        "OpenSimFiles", "CLibEDF",
      ]),
    module("USBTransport", imports: ["Signals", "Devices", "RealTime", "CLibUSB"]),
    module(
      "CrossCheck",
      imports: ["Algebra", "Signals", "Musculoskeletal", "Identification", "CGSL"],
      settings: [.strictMemorySafety()]),
    module(
      "Estimation",
      imports: [
        "Algebra", "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline",
        "Simulation", "RealTime", "CrossCheck", real,
      ]),
    module(
      "Services", imports: ["Devices", "RealTime", fox, socks],
      // the dashboard's page is part of the program, so that it is found wherever that is
      resources: [
        .embedInCode("Page/dashboard.html"), .embedInCode("Page/dashboard.css"),
        .embedInCode("Page/dashboard.js"),
      ]),
    module(
      "ControllerFeed",
      imports: [
        "CShim", "Algebra", "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline",
        "RealTime",
      ]),
    module("Report", imports: ["Signals", "Identification", "Devices", "Pipeline", "Recordings"]),
    module(
      "Runtime",
      imports: [
        "Algebra", "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline",
        "Simulation", "RealTime", "OpenSimFiles", "Configuration", "Recordings", "USBTransport",
        "CrossCheck", "Estimation", "ControllerFeed", "Report", "Services", logging,
      ]),
    .executableTarget(
      name: "diffmsm",
      dependencies: [
        "Algebra", "Musculoskeletal", "OpenSimFiles", "Runtime", "Recordings", "Configuration",
        "CrossCheck", "Devices", "Services", arguments,
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "feed-schema", dependencies: ["ControllerFeed"], swiftSettings: strict),
    .executableTarget(
      name: "decoder-benchmark", dependencies: ["Signals", "Devices", "Configuration"],
      swiftSettings: strict),

    .executableTarget(
      name: "recording-benchmark", dependencies: ["Signals", "Recordings"], swiftSettings: strict),

    // tests: one target a module, mirrors Sources
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(
      name: "TestSupport", dependencies: ["CAllocationCounter"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests(of: "Algebra"),
    tests(of: "Signals", imports: ["Algebra"]),
    tests(of: "Musculoskeletal", imports: ["Algebra", "OpenSimFiles", "CGSL"]),
    tests(
      of: "Identification",
      imports: ["Algebra", "Signals", "Musculoskeletal", "OpenSimFiles", "CShim"]),
    tests(of: "Devices", imports: ["Signals"]),
    tests(
      of: "Pipeline",
      imports: ["Algebra", "Signals", "Musculoskeletal", "Identification", "Devices"]),
    tests(
      of: "Simulation",
      imports: ["Algebra", "Signals", "Musculoskeletal", "Devices", "OpenSimFiles"]),
    tests(of: "RealTime"),
    tests(of: "OpenSimFiles", imports: ["Musculoskeletal"]),
    tests(
      of: "Configuration", imports: ["Signals", "Musculoskeletal", "Identification", "Devices"]),
    tests(
      of: "Recordings",
      imports: ["Signals", "Identification", "Devices", "Pipeline", "OpenSimFiles"]),
    tests(
      of: "CrossCheck",
      imports: ["Algebra", "Signals", "Musculoskeletal", "Identification", "OpenSimFiles"]),
    tests(
      of: "Estimation",
      imports: [
        "Algebra", "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline",
        "Simulation",
      ]),
    tests(of: "Services", imports: ["Devices", "RealTime"]),
    tests(
      of: "ControllerFeed",
      imports: [
        "Algebra", "Signals", "Musculoskeletal", "Identification", "Devices", "Pipeline",
        "RealTime",
        "OpenSimFiles", "CShim", "feed-schema",
      ]),
    tests(of: "Report"),
    tests(
      of: "Runtime",
      imports: [
        "Musculoskeletal", "Signals", "Identification", "Devices", "Pipeline", "Recordings",
        "Configuration", "Simulation", "ControllerFeed", "Estimation", "RealTime", "USBTransport",
      ]),
    .testTarget(
      name: "HouseTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["TestSupport", "Recordings", "diffmsm"], swiftSettings: strict),
  ]
)

// The emulator of USB devices is a test tool: it is there where umockdev is, and nothing else links that.
let umockdev = "umockdev-1.0/umockdev.h"
if ["/usr/include/", "/usr/local/include/"].contains(where: {
  FileManager.default.fileExists(atPath: $0 + umockdev)
}) {
  package.targets += [
    .systemLibrary(
      name: "CUMockdev", pkgConfig: "umockdev-1.0", providers: [.apt(["libumockdev-dev"])]),
    module("DeviceEmulation", imports: ["Signals", "Devices", "CUMockdev"]),
    .executableTarget(
      name: "usb-emulator", dependencies: ["Devices", "Configuration", "DeviceEmulation"],
      swiftSettings: strict),
    tests(
      of: "DeviceEmulation", imports: ["Devices", "Configuration", "usb-emulator", "diffmsm"],
      exclude: ["devices"]),
  ]
}
