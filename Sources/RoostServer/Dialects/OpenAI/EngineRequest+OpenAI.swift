import ModelFormats
import NIOCore
import RoostCore

/// The requests of OpenAI's API, and of llama-server's, beside conversations. Each throws `RoostError` with code
/// `invalidRequest` that contains the field and the allowed values.
extension EngineRequest {
    /// Validates a body of `POST /v1/completions`.
    init(texts fields: RequestFields) throws {
        try Self.require(.completion, in: fields)
        let prompt = fields.value("prompt")
        let count = prompt.map { FieldRule.isTokens($0) || $0.isString ? 1 : max(1, $0.elements?.count ?? 1) } ?? 1
        let body = try FieldRule.body(of: fields, FieldRule.texts)
        try self.init(
            .completion, Self.model(of: fields), body.buffer, streams: fields.bool("stream", default: false),
            answers: count * Self.answers(of: fields), answerTokens: FieldRule.answerTokens(ofText: fields),
            largestToken: FieldRule.largestToken(in: prompt), options: Options(fields))
    }

    /// Validates a body of `POST /v1/embeddings`.
    init(embeddings fields: RequestFields) throws {
        try Self.require(.embeddings, in: fields)
        try self.init(
            .embeddings, Self.model(of: fields), FieldRule.body(of: fields, FieldRule.embeddings).buffer,
            longestPart: FieldRule.longestText(in: fields.value("input")), largestToken: FieldRule.largestToken(in: fields.value("input")),
            options: Options(fields))
    }

    /// The most bytes of the copies of a query, one for each document.
    private static let mostQueryBytes = 8 << 20

    /// Validates a body of `POST /v1/rerank`.
    init(ranking fields: RequestFields) throws {
        try Self.require(.ranking, in: fields)
        let query = try fields.string("query", maxBytes: 1 << 20).utf8.count
        let documents = try FieldRule.documents(of: fields)
        guard query * documents.count <= Self.mostQueryBytes else {
            throw fields.refusal(
                of: "query",
                "is read again with each document, and may have at most \(Self.mostQueryBytes / documents.count) bytes with \(documents.count) documents; it has \(query)."
            )
        }
        let longest = documents.map(FieldRule.textBytes).max() ?? 0
        try self.init(
            .ranking, Self.model(of: fields), FieldRule.body(of: fields, FieldRule.ranking).buffer, longestPart: query + longest,
            options: Options(fields))
    }

    /// Validates a body of `POST /tokenize`.
    init(tokens fields: RequestFields) throws {
        try Self.require(.tokens, in: fields)
        try self.init(
            .tokens, Self.model(of: fields), FieldRule.body(of: fields, FieldRule.tokens).buffer,
            largestToken: FieldRule.largestToken(in: fields.value("content")), options: Options(fields))
    }

    /// Validates a body of `POST /detokenize`.
    init(tokenText fields: RequestFields) throws {
        try Self.require(.text, in: fields)
        try self.init(
            .text, Self.model(of: fields), FieldRule.body(of: fields, FieldRule.tokenText).buffer,
            largestToken: FieldRule.largestToken(in: fields.value("tokens")), options: Options(fields))
    }

    /// Validates a body of `POST /apply-template`, which is that of a chat.
    init(template fields: RequestFields) throws {
        try Self.require(.prompt, in: fields)
        let body = try FieldRule.body(of: fields, FieldRule.completions)
        if let field = body.media.firstImage ?? body.media.firstSound {
            throw RoostError(
                .invalidRequest, "`\(field).type` must be text here: the prompt of an image or a sound is no text.", field: "\(field).type")
        }
        try self.init(.prompt, Self.model(of: fields), body.buffer, options: Options(fields))
    }
}
