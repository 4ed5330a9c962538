import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport

/// A real server with a home of its own, spoken to over real HTTP.
struct RunningServer: Sendable {
    let url: String
    let home: FilePath

    /// Runs a server that knows no engine and whose Hub does not answer unless one is named, and a test with it.
    static func run<Value>(
        hub: String = "http://127.0.0.1:9", environment: [String: String] = [:], logger: Logger = .silent,
        guardCommand: [String] = ["/bin/false"], pulse: Duration? = nil,
        _ adjust: (inout ServerSettings) -> Void = { _ in },
        _ body: (RunningServer) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryDirectory { directory in
            var settings = ServerSettings(home: directory.appending("home"))
            settings.port = 0
            adjust(&settings)
            var configuration = RoostServer.Configuration(
                settings: settings,
                environment: ["HF_HOME": directory.appending("hf").string, "HF_ENDPOINT": hub, "HOME": directory.string].merging(environment) { $1 },
                guardCommand: guardCommand)
            if let pulse { configuration.streamPulse = pulse }
            let ready = configuration
            return try await withRunningService { tell in
                RoostServer(configuration: ready, logger: logger, onRunning: tell)
            } _: { (url: String) in
                try await body(RunningServer(url: url, home: settings.home))
            }
        }
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: Data

        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:]
        }
    }

    func send(_ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = headers
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Data(try await response.body.collect(upTo: 1 << 22).readableBytesView)
        )
    }

    func post(_ path: String, _ json: String) async throws -> Answer {
        try await send(.POST, path, headers: ["Content-Type": "application/json"], body: Array(json.utf8))
    }

    func jobs() async throws -> [[String: Any]] {
        try JSONSerialization.jsonObject(with: try await send(.GET, "/jobs").body) as? [[String: Any]] ?? []
    }
}
