import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// Clients of Ollama's API get what they read.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RecordedOllamaClientTests {
    @Test func `recorded requests are answered in the shape that each client reads`() async throws {
        let engine = try TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = engine
            $0.contextLength = 1024
            $0.threads = 1
        } _: { server in
            try server.placeSampleModel()
            for request in RecordedOllamaRequest.all {
                let answer = try await server.send(
                    HTTPMethod(rawValue: request.method), request.path, headers: HTTPHeaders(request.headers.map { ($0, $1) }),
                    body: request.body.isEmpty ? nil : Array(request.body.utf8))
                #expect(answer.status == 200, "\(request.testDescription): \(String(decoding: answer.body, as: UTF8.self))")
                guard let line = String(decoding: answer.body, as: UTF8.self).split(separator: "\n").first, !request.reads.isEmpty else { continue }
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                for path in request.reads { #expect(Self.has(path, in: object), "\(request.testDescription): \(path)") }
            }
        }
    }

    /// Whether a member is there. Its own name may have dots.
    private static func has(_ path: String, in value: Any) -> Bool {
        guard let object = value as? [String: Any] else { return false }
        if object[path] != nil { return true }
        return object.contains { key, member in path.hasPrefix(key + ".") && has(String(path.dropFirst(key.count + 1)), in: member) }
    }
}
