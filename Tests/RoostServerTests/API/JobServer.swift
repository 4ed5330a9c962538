import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostCore
import TestSupport

/// What the tests of the job routes ask a server for.
extension RunningServer {
    /// Asks for a model that waits until the year 2099, so that only the test changes its job.
    func submit(_ model: String, _ fields: String = "") async throws -> String {
        let body = "{\"model\":\"\(model)\",\"run_after\":\"2099-01-01T00:00:00Z\"\(fields.isEmpty ? "" : ",")\(fields)}"
        return try JSONDecoder().decode(PullAccepted.self, from: try await post("/pull", body).body).jobID
    }

    func view(_ id: String) async throws -> Job { try decode(JobView.self, try await send(.GET, "/jobs/\(id)")).job }

    func history(_ path: String) async throws -> [JobEvent] { try decode([JobEvent].self, try await send(.GET, path + "?format=json&limit=1000")) }

    func decode<Value: Decodable>(_ type: Value.Type, _ answer: Answer) throws -> Value { try JSONDecoder().decode(type, from: answer.body) }

    /// Follows an event stream.
    ///
    /// - Parameters:
    ///   - path: The stream's path.
    ///   - lastEventID: What a client that comes back sends.
    ///   - key: The key of the client, if it has one.
    ///   - onOpening: Gets the number of the event after which the stream begins.
    ///   - onEvent: Gets each event; returns whether to go on.
    /// - Returns: Whether the server ended the stream.
    /// - Throws: When the stream is refused or breaks.
    @discardableResult
    func follow(
        _ path: String, lastEventID: Int64? = nil, key: String? = nil, onOpening: (Int64?) -> Void = { _ in }, onEvent: (StreamedEvent) throws -> Bool
    ) async throws -> Bool {
        var request = HTTPClientRequest(url: url + path)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let lastEventID { request.headers.add(name: "Last-Event-ID", value: "\(lastEventID)") }
        let response = try await Self.streams.execute(request, timeout: .patience)
        guard response.status == .ok else { throw StreamRefused(status: Int(response.status.code)) }
        var rest = ""
        for try await bytes in response.body {
            rest += String(buffer: bytes)
            while let end = rest.range(of: "\n\n") {
                let block = String(rest[..<end.lowerBound])
                rest.removeSubrange(..<end.upperBound)
                if block.hasPrefix("retry: ") { onOpening(block.split(separator: "\nid: ").last.flatMap { Int64($0) }) }
                let event = StreamedEvent(block: block)
                if let event, try !onEvent(event) { return false }
            }
        }
        return true
    }

    /// The shared client opens eight connections to a host; streams keep theirs.
    private static let streams: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    struct StreamRefused: Error {
        let status: Int
    }
}

/// An event as it came over the wire.
struct StreamedEvent: Sendable {
    let id: Int64?
    let kind: String
    let data: Data

    /// Reads the lines of an event; `nil` for a comment and for a block without data.
    init?(block: String) {
        var fields: [String: String] = [:]
        for line in block.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, !line.hasPrefix(":") { fields[String(parts[0])] = String(parts[1].dropFirst()) }
        }
        guard let data = fields["data"] else { return nil }
        id = fields["id"].flatMap(Int64.init)
        kind = fields["event"] ?? ""
        self.data = Data(data.utf8)
    }

    func event() throws -> JobEvent { try JSONDecoder().decode(JobEvent.self, from: data) }
}

extension RunningServer {
    /// The port that the server listens on.
    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}
