import Foundation
public import SystemPackage

/// Where the tests find the real parts: the engine, the sample model, the Python clients, the `roost` command just built.
///
/// `make test` sets the variables. A test that needs a part which is missing fails and says how to get it; it is never skipped in silence.
public enum TestEnvironment {
    /// A real `llama-server`.
    public static var llamaServer: FilePath {
        get throws { try path("ROOST_TEST_LLAMA_SERVER") { newest(in: "engines", file: "bin/llama-server") } }
    }

    /// A real, small model in GGUF (SmolLM2-135M-Instruct, Q4_1, 98,362,432 bytes).
    public static var sampleModel: FilePath {
        get throws {
            try path("ROOST_TEST_MODEL") {
                cache.appending("models/sample-hub/sample/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q4_1.gguf")
            }
        }
    }

    /// A Python that has huggingface_hub 2.x.
    public static var pythonHub2: FilePath { get throws { try PythonHub.current.python } }

    /// The folder of the Python environments, one for each release of huggingface_hub: see `PythonHub`.
    static var pythonEnvironments: FilePath { get throws { try path("ROOST_TEST_PYTHON_ENVIRONMENTS") { cache.appending("venvs") } } }

    /// The `roost` command that this build made, or another one to look at.
    public static var roostExecutable: FilePath {
        get throws {
            try path("ROOST_TEST_ROOST") { productsDirectory.appending("roost") }
        }
    }

    /// Another program of this build.
    public static func program(_ name: String) throws -> FilePath {
        try existing(productsDirectory.appending(name), missing: "run `swift build --product \(name)`")
    }

    /// A file below `Tests/`, for fixtures and scripts.
    public static func testFile(_ relativePath: String, from file: String = #filePath) -> FilePath {
        FilePath(file).removingLastComponent().removingLastComponent().appending(relativePath)
    }

    private static var cache: FilePath {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return FilePath(base).appending("roost")
    }

    /// Where SwiftPM put the test binary, and so every other product.
    private static var productsDirectory: FilePath {
        #if os(macOS)
            if let bundle = Bundle.allBundles.first(where: { $0.bundlePath.hasSuffix(".xctest") }) {
                return FilePath(bundle.bundlePath).removingLastComponent()
            }
        #endif
        return FilePath(Bundle.main.executablePath ?? CommandLine.arguments[0]).removingLastComponent()
    }

    private static func path(_ variable: String, otherwise: () -> FilePath?) throws -> FilePath {
        let set = ProcessInfo.processInfo.environment[variable].map { FilePath($0) }
        guard let path = set ?? otherwise() else { throw MissingPart(description: "\(variable) is not set; run the tests with `make test`.") }
        return try existing(path, missing: "run the tests with `make test`, or set \(variable)")
    }

    static func existing(_ path: FilePath, missing advice: String) throws -> FilePath {
        guard FileManager.default.fileExists(atPath: path.string) else { throw MissingPart(description: "\(path) is missing: \(advice).") }
        return path
    }

    private static func newest(in folder: String, file: String) -> FilePath? {
        let root = cache.appending(folder)
        let children = (try? FileManager.default.contentsOfDirectory(atPath: root.string)) ?? []
        return children.sorted().last.map { root.appending($0).appending(file) }
    }

    /// A part of the test set-up is not there.
    public struct MissingPart: Error, CustomStringConvertible {
        /// What is missing and how to get it.
        public let description: String
    }
}
