import Foundation
public import SystemPackage

/// A library of `Tests/CrashLab`, compiled for the tests, that takes the place of some of libc's functions in another program (`LD_PRELOAD`).
public struct PreloadLibrary: Sendable {
    private let folder: TemporaryDirectory

    /// The library; it is removed with the last copy of this value.
    public var path: FilePath { folder.path.appending("library.so") }

    /// Compiles `Tests/CrashLab/<name>.c`.
    ///
    /// - Parameter name: The source, without its ending.
    /// - Throws: `Unusable` when there is no compiler, or it refuses.
    public init(_ name: String) throws {
        folder = try TemporaryDirectory()
        let source = TestEnvironment.testFile("CrashLab/\(name).c")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.compiler())
        process.arguments = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread", "-o", path.string, source.string]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unusable(description: "\(source) does not compile; the compiler's words are above.") }
    }

    /// Clang comes with Swift; else the system's compiler.
    private static func compiler() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for name in ["clang", "cc", "gcc"] {
            for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        throw Unusable(description: "There is no C compiler on PATH; Swift's toolchain has one, clang.")
    }

    /// Why there is no library.
    public struct Unusable: Error, CustomStringConvertible {
        /// What is missing.
        public let description: String

        /// Says why.
        ///
        /// - Parameter description: What is missing.
        public init(description: String) { self.description = description }
    }
}
