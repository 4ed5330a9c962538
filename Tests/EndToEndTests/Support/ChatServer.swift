import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostAPI
import RoostCore
import Synchronization
import TestSupport

/// A server that hears what `roost run` and `roost chat` send, and answers without a model: an answer is what the last message says, for
/// `slow` one word and then nothing until the client leaves, and for `too long` the error of a context that is full. The model `slow/model` is
/// loaded until the client leaves.
final class ChatServer: Sendable {
    private let requests = Mutex<[ChatRequest]>([])
    private let texts = Mutex<[String]>([])
    private let departures = Mutex(0)

    /// The requests for answers so far.
    var heard: [ChatRequest] { requests.withLock(\.self) }
    /// The bodies of these requests.
    var bodies: [String] { texts.withLock(\.self) }
    /// The number of clients that left before the end of an answer.
    var left: Int { departures.withLock(\.self) }

    /// Runs a server while something is done with it.
    static func run<Value: Sendable>(_ body: @escaping @Sendable (ChatServer, String) async throws -> Value) async throws -> Value {
        let server = ChatServer()
        return try await withRunningService { ready in
            Application(
                responder: CallbackResponder { (request: Request, _: BasicRequestContext) in try await server.respond(to: request) },
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) }, logger: .silent)
        } _: { (port: Int) in
            try await body(server, "http://127.0.0.1:\(port)")
        }
    }

    private func respond(to request: Request) async throws -> Response {
        switch request.uri.path {
        case "/models/load":
            let body = try await request.body.collect(upTo: 1 << 20)
            if String(buffer: body).contains("slow") { return Response(status: .ok, body: waiting(after: ByteBuffer())) }
            let context = #"{"length":2048,"slots":1,"reason":"a test"}"#
            return json(#"{"model":"a/b:Q4_0","status":"loaded","context":\#(context),"keep_alive":"forever","pinned":false}"#)
        case "/chat": return try await answer(request)
        case "/models":
            return json(
                #"[{"model":"a/b:Q4_0","loaded":false,"backend":"llama-server","size_bytes":1,"local_path":"/x","origin":"hub","projector":null,"load_duration":null}]"#
            )
        case "/aliases": return json(#"[{"name":"helper","model":"a/b:Q4_0","parameters":{"num_ctx":8192}}]"#)
        case let path where path.hasSuffix("/fit"):
            let parts = #"{"weights":1,"context":1,"compute":1,"prompt_cache":1,"margin":1}"#
            let context = #"{"length":2048,"slots":1,"reason":"a test"}"#
            return json(
                #"{"model":"a/b:Q4_0","answer":"fits","evicts":[],"context":\#(context),"needed_bytes":5,"free_bytes":9,"usable_bytes":9,"parts":\#(parts),"devices":[]}"#
            )
        default: return json(#"{"engines":[],"decisions":[]}"#)
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 32 << 20)
        let asked = try JSONDecoder().decode(ChatRequest.self, from: Data(body.readableBytesView))
        requests.withLock { $0.append(asked) }
        texts.withLock { $0.append(String(decoding: body.readableBytesView, as: UTF8.self)) }
        let text = asked.messages.last?.content ?? ""
        if text == "too long" {
            return json(
                #"{"type":"about:blank","title":"x","status":400,"code":"context_length_exceeded","detail":"raise ROOST_CONTEXT_LENGTH"}"#,
                status: .badRequest)
        }
        let piece = try Self.bytes(ChatEvent(delta: .init(content: text == "slow" ? "Wait…" : "<\(text.prefix(500))>")))
        let whole = ResponseBody { writer in
            try await writer.write(piece)
            try await writer.write(Self.bytes(ChatEvent(doneReason: "stop")))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: text == "slow" ? waiting(after: piece) : whole)
    }

    /// A body that has one piece and then nothing until the client leaves.
    private func waiting(after piece: ByteBuffer) -> ResponseBody {
        ResponseBody { [self] writer in
            do {
                try await writer.write(piece)
                while true {
                    try await writer.write(ByteBuffer(string: ": nothing yet\n\n"))
                    try await Task.sleep(for: .milliseconds(20))
                }
            } catch {
                departures.withLock { $0 += 1 }
                throw error
            }
        }
    }

    private static func bytes(_ event: ChatEvent) throws -> ByteBuffer {
        ByteBuffer(string: "data: \(String(decoding: try JSONEncoder().encode(event), as: UTF8.self))\n\n")
    }

    private func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
