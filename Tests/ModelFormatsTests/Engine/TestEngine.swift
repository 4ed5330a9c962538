import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import SystemPackage
import TestSupport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A real `llama-server` with one model, set up so that nothing but the model's own numbers is coarse: one thread, caches of whole floats.
struct TestEngine {
    private let socket: FilePath

    /// Runs an engine while `body` asks it.
    ///
    /// - Parameters:
    ///   - model: A GGUF file; the engine's socket and log are made beside it.
    ///   - options: Further words of the command line.
    ///   - body: What to ask.
    /// - Returns: What `body` returns.
    /// - Throws: `Refused` with the engine's last words when it does not take the model; what `body` throws.
    static func run<Value>(_ model: FilePath, _ options: [String] = [], _ body: (TestEngine) async throws -> Value) async throws -> Value {
        let folder = model.removingLastComponent()
        let (socket, log) = (folder.appending("e.sock"), folder.appending("engine.log"))
        try Data().write(to: URL(fileURLWithPath: log.string))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.llamaServer.string)
        process.arguments =
            [
                "-m", model.string, "--host", socket.string, "-t", "1", "-np", "1", "-ctk", "f32", "-ctv", "f32", "-fa", "off", "-fit", "off",
                "--no-warmup",
                "--no-webui",
            ] + options
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, output)
        try process.run()
        // It has nothing to lose, and on SIGTERM it would wait for the client's idle connections.
        defer { kill(process.processIdentifier, SIGKILL) }
        let engine = TestEngine(socket: socket)
        while !(await engine.isReady()) {
            guard process.isRunning else { throw Refused(lastWords: String(try String(contentsOfFile: log.string, encoding: .utf8).suffix(2000))) }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await body(engine)
    }

    private func isReady() async -> Bool { (try? await exchange(HTTPClientRequest(url: url("/health")))) != nil }

    /// Sends JSON and decodes the answer.
    func post<Answer: Decodable>(_ path: String, _ body: some Encodable, as: Answer.Type = Answer.self) async throws -> Answer {
        var request = HTTPClientRequest(url: url(path))
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        return try JSONDecoder().decode(Answer.self, from: Data(try await exchange(request).readableBytesView))
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> ByteBuffer {
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status == .ok else { throw Refused(lastWords: String(buffer: body)) }
        return body
    }

    private func url(_ path: String) -> String {
        "http+unix://\(socket.string.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")\(path)"
    }

    /// The engine does not do what it is asked for.
    struct Refused: Error { let lastWords: String }
}
