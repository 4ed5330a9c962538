import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport

/// A server with the sample model and the real engine.
enum OpenAIServer {
    static let model = "acme/smol:Q4_1"

    static func run(_ adjust: (inout ServerSettings) -> Void = { _ in }, _ body: (RunningServer) async throws -> Void) async throws {
        let program = try TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) { settings in
            settings.llamaServer = program
            settings.contextLength = 2048
            adjust(&settings)
        } _: { server in
            try server.placeSampleModel()
            let file = server.home.removingLastComponent().pushing(
                FilePath("hf/hub/models--acme--smol/snapshots/\(CachedModel.commit)/smol-Q4_1.gguf"))
            try FileManager.default.removeItem(atPath: file.string)
            try ToolModel.write(to: file)
            // A load can take longer than a request of these tests may.
            let answer = try await server.patient(.POST, "/models/load", #"{"model":"acme/smol"}"#)
            guard answer.status == 200 else { throw Failure(description: String(decoding: answer.body, as: UTF8.self)) }
            try await body(server)
        }
    }

    struct Failure: Error, CustomStringConvertible { let description: String }
}

extension RunningServer {
    /// Sends a request that may take two minutes.
    func patient(_ method: HTTPMethod, _ path: String, _ json: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let json { request.body = .bytes(ByteBuffer(string: json)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        let body = try await response.body.collect(upTo: 1 << 22)
        return Answer(status: Int(response.status.code), headers: response.headers, body: Data(body.readableBytesView))
    }
}
