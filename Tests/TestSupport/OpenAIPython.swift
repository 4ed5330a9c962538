public import Foundation
import SystemPackage

/// The official Python client of OpenAI's API.
public enum OpenAIPython {
    private static let version = "3.51.0"

    /// Runs a script with it.
    ///
    /// - Parameters:
    ///   - script: The script's name in `EndToEndTests/Python`.
    ///   - arguments: Its arguments.
    /// - Returns: What it prints.
    /// - Throws: `MissingPart` when the client is not installed, or what the script prints when it fails.
    public static func run(_ script: String, _ arguments: [String]) throws -> Data {
        let python = try TestEnvironment.pythonEnvironments.appending("openai-\(version)/bin/python")
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.existing(python, missing: "run the tests with `make test`").string)
        process.arguments = [TestEnvironment.testFile("EndToEndTests/Python/\(script)").string] + arguments
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: said, as: UTF8.self)) }
        return said
    }

    /// A script that failed.
    public struct Failure: Error, CustomStringConvertible {
        /// What it printed.
        public let description: String
    }
}
