// swift-tools-version: 6.2
import PackageDescription

// The features are documented at https://docs.swift.org/compiler/documentation/diagnostics/upcoming-language-features
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let sqlite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioFoundationCompat = product(name: "NIOFoundationCompat", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

/// A library target in `Sources/<name>`. Its imports are exactly the ones listed here (`make check-imports`).
func library(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// The test target of one target, in `Tests/<name>`. All of them use `TestSupport`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport", .logging, .systemPackage], exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "roost",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "roost", targets: ["roost"]),
        .library(name: "HubClient", targets: ["HubClient", "RoostCore"]),
        .library(name: "JobStoreSQLite", targets: ["JobStoreSQLite", "JobStore", "RoostCore"]),
        .library(name: "ModelFormats", targets: ["ModelFormats", "RoostCore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        library("Hashing", [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))]),
        library("RoostCore", [.systemPackage]),
        library("EventLoops", [.nioCore]),
        library("Interaction", []),
        library("DurableFiles", ["RoostCore", .logging, .systemPackage]),
        library("RoostAPI", ["RoostCore"]),
        library("PrometheusMetrics", [.coreMetrics]),
        library("Access", ["DurableFiles", "Hashing", "RoostCore", .grdb, .systemPackage]),
        library("JobStore", ["RoostCore"]),
        library("JobStoreSQLite", ["DurableFiles", "JobStore", "RoostCore", .grdb, .sqlite, .logging, .systemPackage]),
        library(
            "HubClient",
            ["DurableFiles", "EventLoops", "Hashing", "RoostCore", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix, .systemPackage]),
        library("ModelFormats", ["DurableFiles", "Hashing", "RoostCore", .systemPackage]),
        library(
            "ModelLibrary", ["DurableFiles", "Hashing", "HubClient", "ModelFormats", "RoostAPI", "RoostCore", .logging, .systemPackage]),
        library(
            "Engines",
            [
                "DurableFiles", "ModelFormats", "ModelLibrary", "RoostCore", .asyncHTTPClient, .coreMetrics, .logging, .nioCore, .nioHTTP1,
                .nioPosix, .serviceLifecycle, .subprocess, .systemPackage,
            ]),
        library(
            "PullJobs",
            ["HubClient", "JobStore", "ModelFormats", "ModelLibrary", "RoostAPI", "RoostCore", .logging, .serviceLifecycle, .systemPackage]),
        library("RoostClient", ["RoostAPI", "RoostCore", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix]),
        library(
            "HTTPServing",
            [
                "EventLoops", "RoostAPI", "RoostCore", .httpTypes, .hummingbird, .hummingbirdCore, .logging, .nioCore, .nioFoundationCompat,
                .nioHTTP1,
                .nioSSL, .serviceLifecycle, .systemPackage,
            ]),
        library(
            "HubMirror",
            [
                "DurableFiles", "HTTPServing", "Hashing", "HubClient", "RoostCore", .httpTypes, .hummingbird, .hummingbirdCore, .logging, .nioCore,
                .nioHTTP1, .serviceLifecycle, .systemPackage, .unixSignals,
            ]),
        library(
            "RoostServer",
            [
                "Access", "CZlib", "Engines", "EventLoops", "HTTPServing", "Hashing", "HubClient", "HubMirror", "JobStore", "JobStoreSQLite",
                "ModelFormats",
                "ModelLibrary", "PrometheusMetrics", "PullJobs", "RoostAPI", "RoostCore", .asyncHTTPClient, .configuration, .coreMetrics, .grdb,
                .httpTypes, .hummingbird,
                .hummingbirdCore, .logging, .nioCore, .nioHTTP1, .serviceLifecycle, .systemPackage, .unixSignals,
            ], exclude: ["Dashboard/Page"]),
        .executableTarget(
            name: "roost",
            dependencies: [
                "Access", "DurableFiles", "Engines", "HTTPServing", "Hashing", "HubClient", "HubMirror", "Interaction", "JobStoreSQLite",
                "ModelFormats", "ModelLibrary", "RoostAPI", "RoostClient", "RoostCore", "RoostServer", .argumentParser, .logging, .systemPackage,
            ],
            swiftSettings: strict),

        // Programs for tests and benchmarks only.
        .executableTarget(
            name: "jobstore-torture", dependencies: ["JobStore", "JobStoreSQLite", "RoostCore", "TestSupport", .argumentParser, .grdb, .logging],
            path: "Tests/CrashLab/Torture",
            swiftSettings: strict),
        // Without the package's own access, like a program of another package.
        .executableTarget(
            name: "job-store-example", dependencies: ["JobStore", "JobStoreSQLite", "RoostCore", .logging], path: "Examples/JobStore",
            packageAccess: false, swiftSettings: strict),
        .executableTarget(
            name: "hub-client-example", dependencies: ["HubClient", "RoostCore", .logging], path: "Examples/HubClient", packageAccess: false,
            swiftSettings: strict),
        .executableTarget(
            name: "model-formats-example", dependencies: ["ModelFormats", .systemPackage], path: "Examples/ModelFormats", packageAccess: false,
            swiftSettings: strict),
        .executableTarget(
            name: "store-bench", dependencies: ["JobStore", "JobStoreSQLite", "RoostCore", "TestSupport", .argumentParser, .logging],
            path: "Benchmarks/StoreBench", swiftSettings: strict),
        .executableTarget(
            name: "convert-bench", dependencies: ["ModelFormats", "RoostCore", .argumentParser, .systemPackage], path: "Benchmarks/ConvertBench",
            swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: [.logging, .nioCore, .nioPosix, .serviceLifecycle, .systemPackage], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "FaultHub", dependencies: ["RoostCore", "TestSupport", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .systemPackage],
            path: "Tests/FaultHub", swiftSettings: strict),
        .target(
            name: "HubTestSupport",
            dependencies: ["DurableFiles", "HubClient", "RoostCore", "TestSupport", .logging, .nioCore, .nioPosix, .systemPackage],
            path: "Tests/HubTestSupport", swiftSettings: strict),
        tests("AccessTests", ["Access", "RoostCore", .grdb]),
        tests("HashingTests", ["Hashing", "RoostCore"]),
        tests("RoostCoreTests", ["RoostAPI", "RoostCore"]),
        tests("InteractionTests", ["Interaction"]),
        tests("PrometheusMetricsTests", ["PrometheusMetrics", .coreMetrics]),
        tests("DurableFilesTests", ["DurableFiles", "RoostCore"]),
        tests("JobStoreTests", ["JobStore", "RoostCore"]),
        tests("JobStoreSQLiteTests", ["JobStore", "JobStoreSQLite", "RoostCore", "job-store-example", "jobstore-torture", .grdb, .sqlite]),
        tests("HubClientTests", ["DurableFiles", "HubClient", "HubTestSupport", "RoostCore", .nioCore, .nioHTTP1]),
        tests("ModelFormatsTests", ["Hashing", "ModelFormats", "RoostCore", .asyncHTTPClient, .nioCore, .nioHTTP1]),
        tests("ModelLibraryTests", ["DurableFiles", "Hashing", "HubClient", "HubTestSupport", "ModelLibrary", "RoostAPI", "RoostCore"]),
        tests(
            "EnginesTests",
            [
                "Engines", "ModelFormats", "ModelLibrary", "PrometheusMetrics", "RoostCore", "roost", .nioCore, .nioHTTP1, .nioPosix,
                .serviceLifecycle,
            ]),
        tests(
            "PullJobsTests",
            [
                "HubClient", "HubMirror", "JobStore", "JobStoreSQLite", "ModelLibrary", "PullJobs", "RoostAPI", "RoostCore", "RoostServer", .grdb,
                .serviceLifecycle,
            ]),
        tests(
            "HTTPServingTests",
            [
                "HTTPServing", "RoostCore", "RoostServer", .httpTypes, .hummingbird, .hummingbirdCore, .nioCore, .nioHTTP1, .serviceLifecycle,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests(
            "HubMirrorTests",
            [
                "HTTPServing", "HubClient", "HubMirror", "RoostCore", "RoostServer", .asyncHTTPClient, .httpTypes, .hummingbird, .nioCore,
                .nioHTTP1, .serviceLifecycle, .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests("RoostClientTests", ["RoostClient", "RoostCore", .httpTypes, .hummingbird, .nioCore, .serviceLifecycle]),
        tests(
            "RoostServerTests",
            [
                "Access", "CZlib", "Engines", "HTTPServing", "Hashing", "HubClient", "JobStore", "JobStoreSQLite", "ModelFormats",
                "ModelLibrary", "PrometheusMetrics",
                "PullJobs",
                "RoostAPI", "RoostClient", "RoostCore", "RoostServer", "roost", .asyncHTTPClient, .grdb, .httpTypes, .hummingbird, .nioCore,
                .nioHTTP1, .nioSSL, .serviceLifecycle,
                .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests(
            "EndToEndTests",
            [
                "FaultHub", "HTTPServing", "Hashing", "HubClient", "HubMirror", "JobStoreSQLite", "ModelLibrary", "PullJobs", "RoostAPI",
                "RoostClient", "RoostCore", "RoostServer", "hub-client-example", "model-formats-example", "roost", .asyncHTTPClient, .httpTypes,
                .hummingbird,
                .nioCore, .nioHTTP1, .serviceLifecycle,
            ], exclude: ["Python"]),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzer of the dialects, which only `scripts/fuzz --dialects` builds: it needs libFuzzer.
if Context.environment["ROOST_DIALECT_FUZZER"] != nil {
    package.targets.append(
        .executableTarget(
            name: "dialect-fuzzer", dependencies: ["ModelFormats", "RoostCore", "RoostServer", .httpTypes, .nioCore],
            path: "Tests/DialectFuzzing/Fuzzer",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
