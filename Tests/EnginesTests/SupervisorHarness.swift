import Foundation
import Logging
import NIOCore
import RoostCore
import ServiceLifecycle
import SystemPackage
import TestSupport
import Testing

@testable import Engines
@testable import ModelLibrary

/// Runs a supervisor with the real engine as the server does, in a service group, and shuts it down gracefully afterwards.
///
/// - Parameters:
///   - measuresSpeed: Whether the sample's engine is measured when it is idle for a second, which starts it again with another step.
///     Without that no process is replaced in the middle of a test.
///   - adjust: Changes the configuration.
///   - body: The test.
/// - Returns: What the test returns.
/// - Throws: The errors of the test.
func withSupervisor<Value: Sendable>(
    measuresSpeed: Bool = false, _ adjust: (inout EngineConfiguration) -> Void = { _ in }, _ body: (EngineSupervisor) async throws -> Value
) async throws -> Value {
    let directory = try TemporaryDirectory()
    let engine = try TestEnvironment.llamaServer
    var configuration = EngineConfiguration(
        locateExecutable: { engine }, guardCommand: [try TestEnvironment.roostExecutable.string, "engine-guard"],
        runtimeDirectory: directory.path.appending("run"))
    configuration.contextLength = 1024
    configuration.threads = 2
    // On a crowded machine a test, an engine and the disk may all be kept waiting.
    configuration.loadTimeout = .seconds(600)
    configuration.busyTimeout = .seconds(600)
    configuration.healthTimeout = .seconds(600)
    configuration.promptStoringTime = .seconds(600)
    adjust(&configuration)
    var logger = Logger(label: "engines-tests")
    logger.logLevel = .critical
    let supervisor = EngineSupervisor(configuration: configuration, logger: logger)
    if !measuresSpeed {
        let speed = try #require((1...10_000).map(Double.init).first { PromptStep.tokens(at: $0) == PromptStep.untilMeasured })
        await supervisor.speeds.remember(speed, of: supervisor.speedKey(of: try sample(), engine))
    }
    let services = ServiceGroup(services: [supervisor], logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        let result: Result<Value, any Error>
        do { result = .success(try await body(supervisor)) } catch { result = .failure(error) }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        return try result.get()
    }
}

/// The sample model under a name of one's choice.
func sample(_ name: String = "sample/SmolLM2:Q4_1", file: FilePath? = nil) throws -> ModelEntry {
    let file = try file ?? TestEnvironment.sampleModel
    return ModelEntry(
        reference: try ModelReference(parsing: name), snapshotPath: file.removingLastComponent(), modelFile: file, sizeBytes: 98_362_432)
}

/// A chat request's body.
func chat(maxTokens: Int, stream: Bool = false, endless: Bool = false) -> ByteBuffer {
    ByteBuffer(
        string: """
            {"messages":[{"role":"user","content":"Write one sentence about the sea."}],"max_tokens":\(maxTokens),\
            "stream":\(stream),"ignore_eos":\(endless),"temperature":0}
            """)
}

/// A chat whose answer does not end during a test, for an engine with `longContext`.
func endlessChat(stream: Bool = false) -> ByteBuffer { chat(maxTokens: longContext - 200, stream: stream, endless: true) }

/// A context length in tokens, whose answers take minutes.
let longContext = 4096

extension EngineConnection {
    /// Asks for a short answer and gives its text.
    func say() async throws -> String {
        let response = try await send(path: "/v1/chat/completions", body: chat(maxTokens: 8))
        let body = try await response.collect(upTo: 1 << 20)
        let answer = try JSONDecoder().decode(Completion.self, from: Data(body.readableBytesView))
        return answer.choices[0].message.content
    }
}

private struct Completion: Decodable {
    struct Choice: Decodable { let message: Message }
    struct Message: Decodable { let content: String }
    let choices: [Choice]
}

extension Error {
    /// The code, if this is a `RoostError`.
    var roostCode: RoostError.Code? { (self as? RoostError)?.code }
}

/// Runs `body`, which is to throw, and gives the error.
func roostError<Value>(_ body: () async throws -> Value) async throws -> RoostError {
    do {
        _ = try await body()
    } catch let error as RoostError {
        return error
    }
    throw RoostError(.unexpected, "The call succeeded and was to fail.")
}
