// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "diffmsm", path: "../..")],
  targets: [
    .executableTarget(
      name: "SignalBenchmark", dependencies: [.product(name: "Signals", package: "diffmsm")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "PublishedSecond",
      dependencies: [.product(name: "Estimation", package: "diffmsm")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "LimbBenchmark",
      dependencies: [
        .product(name: "Signals", package: "diffmsm"),
        .product(name: "Identification", package: "diffmsm"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
  ]
)
