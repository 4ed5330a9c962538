import Foundation
import SystemPackage

/// The other programs of this build, beside the tests.
enum TestProgram {
    private struct Missing: Error, CustomStringConvertible { let description: String }

    /// Returns the path of a program.
    static func path(_ name: String) throws -> String {
        let tests = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let path = FilePath(tests).removingLastComponent().appending(name).string
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is missing: run `swift build --product \(name)` first.")
        }
        return path
    }
}
