import Engines
import HTTPServing
import HTTPTypes
import Hummingbird
import ModelFormats
import NIOCore
import RoostCore

/// OpenAI's API and llama-server's routes beside it, answered by the model's engine.
struct OpenAIRoutes: Sendable {
    /// The most time for an answer, equal to the engine's own limit.
    static let longest: Duration = .seconds(3600)

    /// The size in bytes up to which an answer is searched within a moment.
    private static let shortAnswer = 64 << 10

    let inference: Inference

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1")
        group.post("chat/completions") { request, context in
            try await answer(request, context) { fields, form in
                form.hasFunctions = fields.value("functions") != nil
                return try EngineRequest(completions: fields)
            }
        }
        group.post("completions") { request, context in
            try await answer(request, context) { fields, form in
                form.hasTextProbabilities = fields.value("logprobs") != nil
                return try EngineRequest(texts: fields)
            }
        }
        group.post("embeddings") { request, context in
            try await answer(request, context) { fields, form in
                form.vectors = try VectorForm(fields)
                return try EngineRequest(embeddings: fields)
            }
        }
        group.post("rerank") { request, context in
            try await answer(request, context) { fields, form in
                if try fields.bool("return_documents", default: false) {
                    form.documents = try FieldRule.documents(of: fields).map { $0.string ?? "" }
                }
                return try EngineRequest(ranking: fields)
            }
        }
        addEngineRoutes(to: router, group)
    }

    /// Adds the routes that llama-server has: as it names them, and under `/v1`.
    private func addEngineRoutes(to router: Router<RoostContext>, _ group: RouterGroup<RoostContext>) {
        let readers: [@Sendable (RequestFields) throws -> EngineRequest] = [
            { try EngineRequest(tokens: $0) }, { try EngineRequest(tokenText: $0) }, { try EngineRequest(template: $0) },
        ]
        for (name, read) in zip(OpenAIDialect.engineRoutes, readers) {
            let route: @Sendable (Request, RoostContext) async throws -> Response = { request, context in
                try await answer(request, context) { fields, _ in try read(fields) }
            }
            router.post(RouterPath(name), use: route)
            group.post(RouterPath(name), use: route)
        }
    }

    private func answer(
        _ request: Request, _ context: RoostContext, _ make: @escaping @Sendable (RequestFields, inout AnswerForm) throws -> EngineRequest
    ) async throws -> Response {
        try await inference.respond(
            to: request, context,
            reading: { fields in
                // First the fields, so that an error is about the first one that is wrong.
                var form = AnswerForm(model: fields.value("model")?.string ?? "")
                return (try make(fields, &form), form)
            }, of: { $0.0 }, within: { _ in Self.longest }
        ) { asked, deadline, place in
            let (asked, form) = (asked.0.from(context), asked.1)
            if let vectors = form.vectors {
                let entry = try await inference.entry(for: asked)
                try await WorkThreads.run { try vectors.check(entry, in: inference.catalog) }
            }
            guard asked.streams else {
                let answer = try await inference.answer(asked)
                let isShort = form.isCheap && answer.readableBytes < Self.shortAnswer
                let body = isShort ? try form.translated(answer) : try await WorkThreads.run { try form.translated(answer) }
                return Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body)).queued(asked)
            }
            return try await inference.streamingBody(for: asked, to: context.channel, until: deadline, holding: place)
                .response { PassThroughTranslator(form: form, inputField: asked.kind.inputField) }.queued(asked)
        }
    }
}
