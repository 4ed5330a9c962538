public import Foundation
import SystemPackage

/// A Python client of an API that Roost has, in an environment of its own (`scripts/python-clients`).
public enum PythonClient: String, Sendable {
    /// Ollama's own client.
    case ollama = "ollama-0.6.3"
    /// LangChain's chat models and embeddings for Ollama.
    case langchainOllama = "langchain-ollama-1.1.0"

    /// Runs a script with it.
    ///
    /// - Parameters:
    ///   - script: The script's name in `EndToEndTests/Python`.
    ///   - arguments: Its arguments.
    /// - Returns: What it prints.
    /// - Throws: `MissingPart` when the client is not installed, or what the script prints when it fails.
    public func run(_ script: String, _ arguments: [String]) throws -> Data {
        let python = try TestEnvironment.pythonEnvironments.appending("\(rawValue)/bin/python")
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.existing(python, missing: "run the tests with `make test`").string)
        process.arguments = [TestEnvironment.testFile("EndToEndTests/Python/\(script)").string] + arguments
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OpenAIPython.Failure(description: String(decoding: said, as: UTF8.self)) }
        return said
    }
}
