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

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "RoostCore", path: "Parsers/RoostCore", swiftSettings: strict),
        .target(name: "HubClient", dependencies: ["RoostCore"], path: "Parsers/HubClient", swiftSettings: strict),
        .executableTarget(
            name: "parser-fuzzer", dependencies: ["HubClient", "RoostCore"], path: "Fuzzer",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
