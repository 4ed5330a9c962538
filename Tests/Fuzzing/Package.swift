// swift-tools-version: 6.2
import PackageDescription

// The parsers of text from outside, by links to their sources, and a fuzzer for each: a package of its own, which builds in seconds, where the targets
// that the parsers belong to need an HTTP library and more. Only scripts/fuzz builds it. A further parser is a link, a case of `ParserFuzzer`, and seeds.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-system", from: "1.8.1")],
    targets: [
        .target(name: "RoostCore", dependencies: [systemPackage], path: "Parsers/RoostCore", swiftSettings: strict),
        .target(name: "DurableFiles", dependencies: ["RoostCore", systemPackage], path: "Parsers/DurableFiles", swiftSettings: strict),
        .target(name: "HubClient", dependencies: ["RoostCore"], path: "Parsers/HubClient", swiftSettings: strict),
        .target(
            name: "ModelFormats", dependencies: ["DurableFiles", "RoostCore", systemPackage], path: "Parsers/ModelFormats", swiftSettings: strict),
        .systemLibrary(name: "CZlib", path: "Parsers/CZlib"),
        .target(name: "RoostServer", dependencies: ["CZlib", "ModelFormats", "RoostCore"], path: "Parsers/RoostServer", swiftSettings: strict),
        .executableTarget(
            name: "parser-fuzzer", dependencies: ["HubClient", "ModelFormats", "RoostCore", "RoostServer"], path: "Fuzzer",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
