public import Foundation
public import SystemPackage

/// A Python client of an API that Roost has, in an environment of its own: see `scripts/python-clients`.
public struct PythonClient: Sendable {
    /// The official client of OpenAI's API.
    public static let openAI = PythonClient(environment: "openai-3.51.0")
    /// The types of the Open Responses specification.
    public static let openResponses = PythonClient(environment: "openresponses-types-2.4.0")
    /// LangChain's models for OpenAI's API, with LangChain's tests of models.
    public static let langChain = PythonClient(environment: "langchain-openai-1.7.4")
    /// The program and library llm.
    public static let llm = PythonClient(environment: "llm-0.36")
    /// huggingface_hub with its `InferenceClient`.
    public static let hub = PythonClient(environment: "huggingface_hub-\(PythonHub.current.rawValue)")
    /// Anthropic's official client.
    public static let anthropic = PythonClient(environment: "anthropic-2.14.0")
    /// Playwright, which drives the system's Chromium, and axe, which examines pages for accessibility.
    public static let browser = PythonClient(environment: "playwright-1.65.2")
    /// Ollama's own client.
    public static let ollama = PythonClient(environment: "ollama-0.6.3")
    /// LangChain's chat models and embeddings for Ollama.
    public static let langchainOllama = PythonClient(environment: "langchain-ollama-1.1.0")
    /// The program that asks a server by its description, which also reads YAML.
    public static let schemathesis = PythonClient(environment: "schemathesis-4.32.5")

    /// The name of the environment.
    private let environment: String

    /// The program `python` of its environment.
    public var python: FilePath {
        get throws {
            try TestEnvironment.existing(
                TestEnvironment.pythonEnvironments.appending("\(environment)/bin/python"), missing: "run the tests with `make test`")
        }
    }

    /// Runs a script, on a thread of its own: the server that it asks may be in this process, and needs those of the tests.
    ///
    /// - Parameters:
    ///   - script: The script's path, or its name in `EndToEndTests/Python`.
    ///   - arguments: Its arguments.
    ///   - module: The module that gets the script, such as `pytest`; `nil` to run the script itself.
    ///   - variables: Further environment variables.
    /// - Returns: What it prints.
    /// - Throws: `MissingPart` when the client is not installed, or what the script prints when it fails.
    public func run(
        _ script: String, _ arguments: [String], module: String? = nil, variables: [String: String] = [:]
    ) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try wait(for: script, arguments, module, variables) }) }
        }
    }

    private func wait(for script: String, _ arguments: [String], _ module: String?, _ variables: [String: String]) throws -> Data {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: try python.string)
        let path = script.hasPrefix("/") ? script : TestEnvironment.testFile("EndToEndTests/Python/\(script)").string
        process.arguments = (module.map { ["-m", $0, path] } ?? [path]) + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
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
