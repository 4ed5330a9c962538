import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization
import TestSupport

/// A real HTTP server that answers each chat completion as the test scripts it, by the number of the request.
struct BenchServer: Sendable {
    /// An answer.
    struct Answer: Sendable {
        var status = 200
        var headers: HTTPFields = [.contentType: "text/event-stream"]
        /// The parts of the body, each sent in a piece of its own.
        var parts: [String]
        /// Whether the server is silent after the last part, and keeps the connection.
        var hangs = false
    }

    let url: String
    private let log: Log

    /// The requests so far.
    var requests: [(path: String, headers: HTTPFields, body: String)] { log.requests.withLock { $0 } }

    /// The contents of the prompts so far.
    var prompts: [String] {
        get throws {
            try requests.map { request in
                let body = try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any]
                return (body?["messages"] as? [[String: Any]])?.first?["content"] as? String ?? ""
            }
        }
    }

    /// Runs a server while `body` runs.
    static func run<Value: Sendable>(
        _ answer: @escaping @Sendable (_ number: Int) -> Answer, _ body: (BenchServer) async throws -> Value
    ) async throws -> Value {
        let log = Log()
        return try await withRunningService { ready in
            Application(
                responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                    let text = String(buffer: try await request.body.collect(upTo: 8 << 20))
                    let number = log.requests.withLock { requests in
                        requests.append((request.uri.path, request.headers, text))
                        return requests.count - 1
                    }
                    let answer = answer(number)
                    let body = ResponseBody { writer in
                        for part in answer.parts { try await writer.write(ByteBuffer(string: part)) }
                        if answer.hangs { try await gracefulShutdown() }
                        try await writer.finish(nil)
                    }
                    return Response(status: .init(code: answer.status), headers: answer.headers, body: body)
                }, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) }, logger: .silent)
        } _: { (port: Int) in
            try await body(BenchServer(url: "http://127.0.0.1:\(port)", log: log))
        }
    }

    private final class Log: Sendable {
        let requests = Mutex<[(path: String, headers: HTTPFields, body: String)]>([])
    }
}

extension BenchServer.Answer {
    /// A complete answer in the form of OpenAI's API.
    static func words(_ words: [String], usage: String? = nil) -> Self {
        let begin = #"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}"# + "\n\n"
        let tokens = words.map { #"data: {"choices":[{"index":0,"delta":{"content":"\#($0)"},"finish_reason":null}]}"# + "\n\n" }
        let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
        let counted = usage.map { [#"data: {"choices":[],"usage":\#($0)}"# + "\n\n"] } ?? []
        return Self(parts: [": a comment\n\n", begin] + tokens + [end] + counted + ["data: [DONE]\n\n"])
    }

    /// An answer in one piece.
    static func refusal(_ status: Int, _ body: String, _ headers: HTTPFields = [:]) -> Self { Self(status: status, headers: headers, parts: [body]) }
}
