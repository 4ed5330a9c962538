public import Foundation
import SystemPackage

/// A Python client of an API, in an environment of its own, which `scripts/python-clients` makes.
public struct PythonClient: Sendable {
    /// Anthropic's official client.
    public static let anthropic = PythonClient(environment: "anthropic-2.14.0")

    /// Playwright, which drives the system's Chromium, and axe, which examines pages for accessibility.
    public static let browser = PythonClient(environment: "playwright-1.65.2")
    /// Ollama's own client.
    public static let ollama = PythonClient(environment: "ollama-0.6.3")
    /// LangChain's chat models and embeddings for Ollama.
    public static let langchainOllama = PythonClient(environment: "langchain-ollama-1.1.0")

    /// The name of the environment.
    let environment: String

    /// The program that asks a server by its description, which also reads YAML.
    public static let schemathesis = PythonClient(environment: "schemathesis-4.32.5")

    /// Runs a script with the client.
    ///
    /// - Parameters:
    ///   - script: The script's path, or its name in `EndToEndTests/Python`.
    ///   - arguments: Its arguments.
    /// - Returns: What it prints.
    /// - Throws: `MissingPart` when the client is not installed, or what the script prints when it fails.
    public func run(_ script: String, _ arguments: [String]) throws -> Data {
        let python = try TestEnvironment.pythonEnvironments.appending("\(environment)/bin/python")
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.existing(python, missing: "run the tests with `make test`").string)
        process.arguments = [script.hasPrefix("/") ? script : TestEnvironment.testFile("EndToEndTests/Python/\(script)").string] + arguments
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
