import Engines
import HTTPServing
import HTTPTypes
import HubClient
import Hummingbird
import Logging
import ModelLibrary
import NIOCore
import RoostAPI
import RoostCore

/// Ollama's API: <https://github.com/ollama/ollama/blob/main/docs/api.md>.
struct OllamaRoutes: Sendable {
    /// The version that clients see. They ask for 0.6.4 (VS Code's Copilot) or less, and for features of 0.12 (`think` with
    /// levels, `logprobs`), which are here.
    static let version = "0.12.11"
    /// What `GET /` answers to programs, by which Ollama's clients find their server.
    static let greeting = "Ollama is running"
    /// The most time for an answer, equal to the engine's own limit.
    static let longest: Duration = .seconds(3600)

    let inference: Inference
    let upkeep: ModelMaintenance
    let models: OllamaModels
    let aliases: ModelAliases
    /// The space of the disk for files that clients send.
    let space: DiskSpace
    /// The files that are received at the same time.
    let turns = BodySlots(2)
    let logger: Logger

    /// Creates the routes.
    init(inference: Inference, upkeep: ModelMaintenance, space: DiskSpace, logger: Logger) {
        self.space = space
        self.inference = inference
        self.upkeep = upkeep
        self.logger = logger
        aliases = ModelAliases(store: upkeep.store)
        models = OllamaModels(catalog: inference.catalog, engines: inference.engines)
    }

    func add(to router: Router<RoostContext>) {
        let group = router.group("api")
        group.get("version") { _, _ in JSON.response(["version": Self.version]) }
        group.get("tags") { _, context in
            let found = try await models.list(for: context.caller)
            return try await WorkThreads.run { JSON.response(["models": found]) }
        }
        group.get("ps") { _, context in JSON.response(["models": try await models.loaded(for: context.caller)]) }
        group.post("show", use: show)
        group.post("chat") { request, context in try await answer(request, context) { try OllamaAsk(chat: $0) } }
        group.post("generate") { request, context in try await answer(request, context) { try OllamaAsk(generate: $0) } }
        group.post("pull", use: pull)
        group.delete("delete", use: delete)
        group.post("copy", use: copy)
        group.post("create", use: create)
        group.on("blobs/:digest", method: .head, use: hasBlob)
        group.post("blobs/:digest", use: sendBlob)
        group.post("embed") { request, context in try await embed(request, context) { try OllamaEmbedding(embed: $0) } }
        group.post("embeddings") { request, context in try await embed(request, context) { try OllamaEmbedding(embeddings: $0) } }
    }

    private func show(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (model, isVerbose) = try await request.readFields(upTo: context.maxUploadSize) { fields in
            (try fields.ollamaModel().reference, try fields.bool("verbose", default: false))
        }
        return try await models.show(model, isVerbose: isVerbose, for: context.caller)
    }
}

extension OllamaRoutes {
    private func answer(
        _ request: Request, _ context: RoostContext, _ read: @escaping @Sendable (RequestFields) throws -> OllamaAsk
    ) async throws -> Response {
        let arrival = ContinuousClock.now
        return try await inference.respond(to: request, context, reading: read, of: \.request, within: { _ in Self.longest }) {
            ask, deadline, place in
            warn(about: ask)
            let elapsed: @Sendable () -> Duration = { ContinuousClock.now - arrival }
            guard !ask.isEmpty else { return try await loadOrUnload(ask, context, elapsed) }
            let asked = try await suited(ask, context.caller).from(context)
            return try await shortening(asked, ask.truncates) { asked in
                guard ask.streams else {
                    let chat = try await inference.chat(asked, holding: place)
                    // Long with the probabilities of each token.
                    let form = form(ask, elapsed) { chat.loadDuration }
                    return try await WorkThreads.run { JSON.response(try form.whole(chat)) }.queued(asked)
                }
                let body = try await inference.streamingBody(for: asked, to: context.channel, until: deadline, holding: place)
                return body.response { OllamaTranslator(form(ask, elapsed) { body.stream.loadDuration }) }.queued(asked)
            }
        }
    }

    /// The most times that a request is shortened.
    private static let mostCuts = 6

    /// Asks, and while the text is longer than the context, asks again with less of it.
    func shortening(
        _ asked: EngineRequest, _ isAllowed: Bool, _ answer: (EngineRequest) async throws -> Response
    ) async throws -> Response {
        var asked = asked
        for _ in 0..<Self.mostCuts {
            do {
                return try await answer(asked)
            } catch let error as RoostError where isAllowed && error.code == .contextLengthExceeded {
                let (request, share) = (asked, error.fittingShare)
                guard let shorter = try await WorkThreads.run({ try request.shortened(to: share ?? 0.5) }) else { throw error }
                asked = shorter
            }
        }
        return try await answer(asked)
    }

    private func form(
        _ ask: OllamaAsk, _ elapsed: @escaping @Sendable () -> Duration, _ loadDuration: @escaping @Sendable () -> Duration
    ) -> OllamaTranslator.Form {
        OllamaTranslator.Form(
            form: ask.form, model: ask.name, wantsAlternatives: ask.wantsAlternatives, elapsed: elapsed, loadDuration: loadDuration)
    }

    private func warn(about ask: OllamaAsk) {
        guard !ask.ignored.isEmpty else { return }
        let names = ask.ignored.prefix(32).map { $0.prefix(64) }.joined(separator: ", ").quotedForPeople
        logger.warning("A request has options that have no effect here", metadata: ["options": "\(names)", "model": "\(ask.request.reference)"])
    }

    /// Loads the model of a request without a prompt, or lets it go when it shall not stay.
    private func loadOrUnload(_ ask: OllamaAsk, _ context: RoostContext, _ elapsed: @escaping @Sendable () -> Duration) async throws -> Response {
        let engines = inference.engines
        let isUnload = ask.keepAlive == .unused(.zero)
        if isUnload {
            try await letGo(ask.request.reference, context.caller)
        } else {
            try await inference.load(for: ask.request.from(context))
        }
        let duration = isUnload ? .zero : elapsed()
        let reply = form(ask, elapsed) { duration }.ending(isUnload ? "unload" : "load")
        guard ask.streams else { return JSON.response(reply) }
        return Response(status: .ok, headers: [.contentType: OllamaTranslator.contentType], body: ResponseBody(byteBuffer: .line(reply)))
    }

    /// Lets a model leave memory as soon as no request uses it: those of other clients go on.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `forbidden`, or `conflict` for a model that is pinned.
    private func letGo(_ reference: ModelReference, _ caller: Caller) async throws {
        let (catalog, engines) = (inference.catalog, inference.engines)
        let model = try await WorkThreads.run { try catalog.entry(for: reference).reference }
        try caller.require(model)
        guard await !engines.stay(of: model).isPinned else {
            throw RoostError(.conflict, "\(model) is pinned, so that it never leaves memory. `roost unload \(model)` ends that.", field: "keep_alive")
        }
        await engines.letGo(model)
        // Clients expect that it has gone when it can go at once.
        for _ in 0..<100 {
            guard await engines.loadedModels().contains(where: { $0.reference == model && $0.state != .failed }) else { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Returns the request with what its model allows: no more context than it was trained for, as in Ollama.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` if it shall think or call tools and cannot.
    private func suited(_ ask: OllamaAsk, _ caller: Caller) async throws -> EngineRequest {
        let needsThinking = ask.thinking.map { $0 != .off } ?? false
        guard needsThinking || ask.hasTools || ask.request.options.context != nil || ask.text?.needsHead == true else { return ask.request }
        let head = try await models.head(of: ask.request.reference, for: caller)
        // The engine would leave them out without a word.
        guard !ask.hasTools || head.capabilities.contains("tools") else {
            throw RoostError(
                .invalidRequest, "\(ask.name.quotedForPeople) does not support tools: its chat template has no place for them.", field: "tools")
        }
        guard !needsThinking || head.capabilities.contains("thinking") else {
            throw RoostError(
                .invalidRequest, "\(ask.name.quotedForPeople) does not support thinking: its chat template has no thoughts.", field: "think")
        }
        let request = try ask.text.map { try $0.request(head) } ?? ask.request
        guard let wish = request.options.context, let trained = head.contextLength, wish.tokens > trained else { return request }
        return request.asking(for: ContextWish(tokens: trained, field: "num_ctx"))
    }
}
