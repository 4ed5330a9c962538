import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A real HTTP server on a port of its own that answers exactly what a test wants, down to lies no decent server could send.
package final class ScriptedServer: Sendable {
    /// What a client asked.
    package struct Request: Sendable {
        /// The request target as sent, still quoted.
        package let target: String
        /// Header values by lower-case name.
        package let headers: [String: String]
    }

    /// What the server sends.
    package struct Response: Sendable {
        package enum End { case keepAlive, close, hang }

        package var status: Int
        package var headers: [(String, String)]
        package var body: [UInt8]
        /// What `Content-Length` claims; `nil` tells the truth.
        package var claimedLength: Int?
        package var isChunked: Bool
        /// What happens after the body.
        package var end: End

        package init(
            status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [], claimedLength: Int? = nil, isChunked: Bool = false,
            end: End = .keepAlive
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.claimedLength = claimedLength
            self.isChunked = isChunked
            self.end = end
        }
    }

    package typealias Handler = @Sendable (Request) async -> Response

    package let port: Int
    private let handler: Handler
    private let log = Mutex<[Request]>([])

    /// All requests so far.
    package var requests: [Request] { log.withLock { $0 } }

    package var origin: String { "http://127.0.0.1:\(port)" }

    private init(port: Int, handler: @escaping Handler) {
        self.port = port
        self.handler = handler
    }

    /// Runs a server while `body` runs.
    package static func run<Result: Sendable>(_ handler: @escaping Handler, _ body: (ScriptedServer) async throws -> Result) async throws -> Result {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        let server = ScriptedServer(port: listener.channel.localAddress?.port ?? 0, handler: handler)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.accept(on: listener) }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    private func accept(on listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) async throws {
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    // A client that hangs up is the client's affair, and what some tests are about.
                    group.addTask { try? await self.serve(connection) }
                }
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var received = ""
            for try await bytes in inbound {
                received += String(buffer: bytes)
                while let end = received.range(of: "\r\n\r\n") {
                    let request = Self.parse(received[..<end.lowerBound])
                    received = String(received[end.upperBound...])
                    log.withLock { $0.append(request) }
                    let response = await handler(request)
                    try await outbound.write(ByteBuffer(bytes: response.bytes))
                    switch response.end {
                    case .keepAlive: break
                    case .close: return
                    case .hang: try await Task.sleep(for: .seconds(3600))
                    }
                }
            }
        }
    }

    private static func parse(_ head: Substring) -> Request {
        let lines = head.split(separator: "\r\n")
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Request(target: String(lines[0].split(separator: " ")[1]), headers: Dictionary(pairs) { first, _ in first })
    }
}

extension ScriptedServer.Response {
    fileprivate var bytes: [UInt8] {
        var head = "HTTP/1.1 \(status) Scripted\r\n" + headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        head += isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: \(claimedLength ?? body.count)\r\n\r\n"
        guard isChunked else { return Array(head.utf8) + body }
        return Array((head + String(body.count, radix: 16) + "\r\n").utf8) + body + Array("\r\n0\r\n\r\n".utf8)
    }
}
