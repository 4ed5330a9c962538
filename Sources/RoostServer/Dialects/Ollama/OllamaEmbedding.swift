import Engines
import Foundation
import HTTPServing
import Hummingbird
import ModelFormats
import NIOCore
import RoostCore

/// A request of `POST /api/embed`, or of the older `POST /api/embeddings`.
struct OllamaEmbedding: Sendable {
    private static let mostTexts = 2048
    private static let mostDimensions = 1 << 20

    /// The model as the client named it.
    let name: String
    /// What the engine is asked. Of a request without a text only its model counts.
    let request: EngineRequest
    /// Whether there is no text, so that the model is only loaded.
    let isEmpty: Bool
    /// The most numbers of each vector.
    let dimensions: Int?
    /// Whether the end of a text that is too long is left out.
    let truncates: Bool
    /// Whether the answer has the form of `/api/embeddings`.
    let isSingle: Bool

    /// Reads a body of `POST /api/embed`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(embed fields: RequestFields) throws {
        let input = fields.value("input")
        let texts = input.map { $0.isString ? [$0] : $0.list } ?? []
        guard input == nil || input?.isString == true || input?.elements != nil, texts.count <= Self.mostTexts, texts.allSatisfy(\.isString) else {
            throw fields.refusal(
                of: "input", "must be a text, or an array of at most \(Self.mostTexts) texts; it is \(input?.describedForPeople ?? "missing").")
        }
        let written = texts.filter { $0.string != "" }
        guard written.isEmpty || written.count == texts.count else {
            throw fields.refusal(of: "input", "has a text that is empty; leave it out.")
        }
        try self.init(fields, written, dimensions: fields.optionalInt("dimensions", in: 1...Self.mostDimensions), isSingle: false)
    }

    /// Reads a body of `POST /api/embeddings`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(embeddings fields: RequestFields) throws {
        let prompt = fields.value("prompt")
        guard prompt?.isString ?? true else {
            throw fields.refusal(of: "prompt", "must be a text; it is \(prompt?.describedForPeople ?? "missing").")
        }
        try self.init(fields, [prompt].compactMap(\.self).filter { $0.string != "" }, dimensions: nil, isSingle: true)
    }

    private init(_ fields: RequestFields, _ texts: [JSONValue], dimensions: Int?, isSingle: Bool) throws {
        let (name, reference) = try fields.ollamaModel()
        // The options are checked, and do not concern vectors.
        if fields.value("options") != nil { _ = try ModelParameters(fields.object("options")) }
        truncates = try fields.bool("truncate", default: true)
        (self.name, self.dimensions, self.isSingle, isEmpty) = (name, dimensions, isSingle, texts.isEmpty)
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: reference.description)
        body.next("input")
        body.begin("[")
        for text in texts {
            body.next(nil)
            body.write(text)
        }
        if texts.isEmpty { body.write(json: #""-""#.utf8) }
        body.end("]")
        if let keepAlive = try fields.ollamaKeepAlive() {
            body.next("keep_alive")
            body.write(string: keepAlive.description)
        }
        body.end("}")
        request = try EngineRequest(embeddings: RequestFields(body: body.buffer))
    }

    /// The answer of an engine.
    private struct Vectors: Decodable {
        struct Vector: Decodable {
            let index: Int
            let embedding: [Double]
        }

        struct Usage: Decodable {
            let tokens: Int?

            private enum CodingKeys: String, CodingKey { case tokens = "prompt_tokens" }
        }

        let data: [Vector]
        let usage: Usage?
    }

    /// Creates the answer.
    ///
    /// - Parameters:
    ///   - body: The engine's answer; `nil` for a request without a text.
    ///   - duration: The time since the request's arrival.
    /// - Returns: The answer in Ollama's form.
    /// - Throws: `RoostError` with code `engineRefused` for an answer that cannot be read.
    func answer(_ body: ByteBuffer?, after duration: Duration) throws -> JSONObject {
        let vectors: Vectors?
        do {
            vectors = try body.map { try JSONDecoder().decode(Vectors.self, from: Data($0.readableBytesView)) }
        } catch {
            throw RoostError(.engineRefused, "The engine sent something that is not a list of vectors.", cause: error)
        }
        let all = (vectors?.data ?? []).sorted { $0.index < $1.index }.map { shortened($0.embedding) }
        if isSingle { return ["embedding": all.first ?? []] }
        return [
            "model": name, "embeddings": all, "total_duration": duration.nanoseconds, "prompt_eval_count": vectors.map { $0.usage?.tokens ?? 0 },
        ]
    }

    /// Returns the first numbers of a vector, again with the length 1.
    private func shortened(_ vector: [Double]) -> [Double] {
        guard let dimensions, dimensions < vector.count else { return vector }
        let kept = vector.prefix(dimensions)
        let length = kept.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? kept.map { $0 / length } : Array(kept)
    }
}

extension OllamaRoutes {
    /// Answers `POST /api/embed` and `POST /api/embeddings`.
    func embed(
        _ request: Request, _ context: RoostContext, _ read: @escaping @Sendable (RequestFields) throws -> OllamaEmbedding
    ) async throws -> Response {
        let arrival = ContinuousClock.now
        return try await inference.respond(to: request, context, reading: read, of: \.request, within: { _ in Self.longest }) { ask, _, _ in
            let asked = ask.request.from(context)
            guard !ask.isEmpty else {
                try await inference.load(for: asked)
                return JSON.response(try ask.answer(nil, after: ContinuousClock.now - arrival))
            }
            return try await shortening(asked, ask.truncates) { asked in
                let body = try await inference.answer(asked)
                return try await WorkThreads.run { JSON.response(try ask.answer(body, after: ContinuousClock.now - arrival)) }.queued(asked)
            }
        }
    }
}
