import Engines
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// `POST /v1/chat/completions` and `POST /v1/embeddings`, forwarded to the model's engine with the body untouched, and `GET /v1/models`.
struct OpenAIRoutes: Sendable {
    /// As long as the engine's own limit.
    private static let longest: Duration = .seconds(3600)
    /// The most bytes of an answer in one piece.
    private static let largestAnswer = 64 << 20
    private static let chatPath = "/v1/chat/completions"
    private static let embeddingsPath = "/v1/embeddings"

    let catalog: ModelCatalog
    let engines: EngineSupervisor

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1")
        group.post("chat/completions", use: completions)
        group.post("embeddings", use: embeddings)
        group.get("models") { _, _ in try models() }
    }

    private func completions(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let body = try await request.readBody(upTo: context.maxUploadSize)
        let fields = try await RequestFields.read(body) { $0 }
        let reference = try ModelReference(parsing: try fields.string("model", maxBytes: ModelReference.byteLimit))
        try checkMessages(fields)
        try checkAmounts(fields)
        let (entry, deadline) = try await load(reference)
        return try fields.bool("stream", default: false)
            ? try await stream(body, entry, request, deadline: deadline)
            : try await answer(Self.chatPath, body, entry, request, deadline: deadline)
    }

    /// Vectors of texts, by a model that was made for them: another model's engine says that it makes none.
    private func embeddings(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let body = try await request.readBody(upTo: context.maxUploadSize)
        let fields = try await RequestFields.read(body) { $0 }
        let reference = try ModelReference(parsing: try fields.string("model", maxBytes: ModelReference.byteLimit))
        let (entry, deadline) = try await load(reference)
        return try await answer(Self.embeddingsPath, body, entry, request, deadline: deadline)
    }

    private func load(_ reference: ModelReference) async throws -> (ModelEntry, ContinuousClock.Instant) {
        let entry = try catalog.entry(for: reference)
        let deadline = ContinuousClock.now + Self.longest
        _ = try await withDeadline(deadline, drain: .zero) { try await engines.load(entry) }
        return (entry, deadline)
    }

    /// The engine crashes on no input, but its messages about these mistakes do not name the field.
    private func checkMessages(_ fields: RequestFields) throws {
        for message in try fields.objects("messages", count: 1...10_000) {
            let _: OpenAIRole = try message.choice("role", default: nil)
        }
    }

    /// What multiplies an answer's size is bounded, as OpenAI bounds it: without this one request can exhaust the machine's memory.
    private func checkAmounts(_ fields: RequestFields) throws {
        _ = try fields.int("top_logprobs", in: 0...20, default: 0)
        _ = try fields.int("n_probs", in: 0...20, default: 0)
        _ = try fields.int("n", in: 1...8, default: 1)
    }

    private func stream(_ body: ByteBuffer, _ entry: ModelEntry, _ request: Request, deadline: ContinuousClock.Instant) async throws -> Response {
        let stream = EngineStream(engines: engines, entry: entry, path: Self.chatPath, body: body)
        if let head = try await stream.earlyHead(within: .milliseconds(500)), head.status != 200 {
            return try await whole(stream)
        }
        let streaming = StreamingBody(stream: stream, request: request, deadline: deadline).response { PassThroughTranslator() }
        return Response(status: .ok, headers: StreamingBody.headers, body: streaming)
    }

    private func answer(
        _ path: String, _ body: ByteBuffer, _ entry: ModelEntry, _ request: Request, deadline: ContinuousClock.Instant
    ) async throws -> Response {
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await withDeadline(deadline, drain: StreamingBody.drain) {
                try await whole(EngineStream(engines: engines, entry: entry, path: path, body: body))
            }
        }
    }

    /// The engine's answer in one piece, with its status.
    private func whole(_ stream: EngineStream) async throws -> Response {
        var head: EngineStream.Head?
        var bytes = ByteBuffer()
        for try await part in stream.parts {
            switch part {
            case .head(let value): head = value
            case .bytes(let chunk):
                bytes.writeImmutableBuffer(chunk)
                guard bytes.readableBytes <= Self.largestAnswer else {
                    throw RoostError(.engineRefused, "The answer is larger than \(ByteCount(Int64(Self.largestAnswer))); ask for less, or stream it.")
                }
            }
        }
        guard let head else { throw CancellationError() }
        return Response(
            status: .init(code: head.status), headers: [.contentType: head.contentType ?? "application/json"], body: ResponseBody(byteBuffer: bytes))
    }

    private func models() throws -> Response {
        let entries = try catalog.entries()
        return JSON.response(OpenAIModelList(data: entries.map { OpenAIModelList.Model(id: $0.reference.description) }))
    }
}

/// The roles OpenAI's API knows.
private enum OpenAIRole: String, CaseIterable {
    case system, developer, user, assistant, tool
}

/// `GET /v1/models` in OpenAI's shape.
private struct OpenAIModelList: Encodable {
    struct Model: Encodable {
        let id: String
        let object = "model"
        let created = 0
        let owned_by = "roost"
    }

    let object = "list"
    let data: [Model]
}
