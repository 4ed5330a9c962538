import HTTPServing
import HTTPTypes
import Hummingbird
import ModelFormats
import NIOCore
import RoostCore

/// `/v1/responses`: OpenAI's Responses API, on top of chats.
struct ResponseRoutes: Sendable {
    let inference: Inference
    /// Where responses are kept; `nil` if none are.
    let storage: ResponseStore?
    let background: BackgroundResponses
    private let runs = ResponseRuns()

    init(inference: Inference, storage: ResponseStore?, background: BackgroundResponses) {
        self.inference = inference
        self.storage = storage
        self.background = background
    }

    func add(to router: Router<RoostContext>) {
        let group = router.group("v1/responses")
        group.post(use: create)
        group.get(":id", use: show)
        group.delete(":id", use: delete)
        group.get(":id/input_items", use: listInput)
        group.post(":id/cancel", use: cancel)
    }

    private func create(_ request: Request, context: RoostContext) async throws -> Response {
        try await inference.respond(
            to: request, context,
            reading: { fields in
                let request = try ResponseRequest(fields, canStore: storage != nil)
                return (request, try request.engineRequest())
            }, of: { $0.1 }, within: { _ in OpenAIRoutes.longest }
        ) { asked, deadline, place in
            let request = asked.0
            let (whole, place) = try await continued(request, asked.1, context, holding: place)
            let engineRequest = whole.from(context)
            let run = ResponseRun(request, owner: context.owner, client: context.client, storage: storage)
            if request.settings.isBackground { return try await begin(run, engineRequest, request, holding: place) }
            guard request.settings.streams else {
                try await run.complete(try await inference.stream(engineRequest, holding: place))
                return try await response(of: run).queued(engineRequest)
            }
            let body = try await inference.streamingBody(for: engineRequest, to: context.channel, until: deadline, holding: place)
            return try await tracked(body, run).queued(engineRequest)
        }
    }

    /// Returns the request with the conversation that it continues, and its part of the budget of bodies.
    private func continued(
        _ request: ResponseRequest, _ draft: EngineRequest, _ context: RoostContext, holding place: BodyBudget.Place?
    ) async throws -> (EngineRequest, BodyBudget.Place?) {
        guard let previous = request.settings.previousID else { return (draft, place) }
        guard let storage else {
            throw RoostError(
                .invalidRequest,
                "`previous_response_id` is not supported: this server keeps no responses (response_storage). Send the whole conversation.",
                field: "previous_response_id")
        }
        let (earlier, whole) = try await storage.conversation(endingWith: previous, of: context.owner) { bytes in
            try inference.bodies.place(for: bytes + draft.body.readableBytes, of: context.client, insteadOf: place)
        }
        let asked = try await WorkThreads.run { try request.engineRequest(after: earlier.flatMap(\.items)) }
        whole?.shrink(to: asked.body.readableBytes)
        return (asked.queued(as: draft), whole)
    }

    /// Returns a response as it is now. It may repeat long instructions.
    private func response(of run: ResponseRun) async throws -> Response { try await WorkThreads.run { JSON.response(run.response) } }

    /// Returns the stream of a response, which can be canceled while it lasts.
    private func tracked(_ body: StreamingBody, _ run: ResponseRun) async throws -> Response {
        let translator = try await ResponseTranslator(run)
        try runs.add(run, isInBackground: false)
        let stream = body.stream
        run.onCancel { stream.end(throwing: RoostError(.conflict, "The client has canceled the response.")) }
        var response = body.response { translator }
        let inner = response.body
        response.body = ResponseBody { [runs] writer in
            defer { runs.remove(run) }
            // The first and the last events repeat the instructions.
            try await inner.write(PieceWriter(writer: writer))
        }
        return response
    }

    /// Begins a response that is made without its client.
    private func begin(
        _ run: ResponseRun, _ request: EngineRequest, _ asked: ResponseRequest, holding place: BodyBudget.Place?
    ) async throws -> Response {
        if asked.settings.streams {
            throw RoostError(
                .invalidRequest, "`stream` must be false with `background`: read the response with GET /v1/responses/{id} when it has ended.",
                field: "stream")
        }
        try runs.add(run, isInBackground: true)
        do {
            try await run.store()
        } catch {
            runs.remove(run)
            throw error
        }
        background.add { [inference, runs] in
            await ServedClient.$name.withValue(run.client) {
                await run.work(with: inference, request, holding: place, within: OpenAIRoutes.longest)
            }
            runs.remove(run)
        }
        return try await response(of: run)
    }
}

// MARK: - Stored responses

extension ResponseRoutes {
    private func show(_ request: Request, context: RoostContext) async throws -> Response {
        if try QueryFields(request).bool("stream") {
            throw RoostError(.invalidRequest, "`stream` is not supported here: the response is sent in one piece.", field: "stream")
        }
        let id = try context.parameters.require("id")
        // One in the background is complete when it is on the disk.
        if let run = runs.run(id, of: context.owner), !run.isBeingStored { return try await response(of: run) }
        let stored = try await stored(.response, of: id, context)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(contentLength: stored.json.readableBytes) { writer in
                try await writer.write(stored.json)
                try await writer.finish(nil)
                withExtendedLifetime(stored.place) {}
            })
    }

    private func delete(_ request: Request, context: RoostContext) async throws -> Response {
        let id = try context.parameters.require("id")
        // One that is being made ends, and is not written again.
        let run = runs.run(id, of: context.owner)
        run?.discard()
        let isDeleted = try await storage?.delete(id, of: context.owner) ?? false
        guard run != nil || isDeleted else { throw Self.unknown(id) }
        return JSON.response(["id": id, "object": "response", "deleted": true] as JSONObject)
    }

    private func cancel(_ request: Request, context: RoostContext) async throws -> Response {
        let id = try context.parameters.require("id")
        guard let run = runs.run(id, of: context.owner) else {
            guard try await storage?.contains(id, of: context.owner) == true else { throw Self.unknown(id) }
            throw RoostError(.invalidRequest, "The response \(id.quotedForPeople) has ended already, so it cannot be canceled.", field: "id")
        }
        guard run.cancel() else { throw RoostError(.invalidRequest, "The response \(id.quotedForPeople) has just ended.", field: "id") }
        await run.storeFailure()
        return try await response(of: run)
    }

    /// Lists the items of a response's request, the newest first unless `order` is `asc`.
    private func listInput(_ request: Request, context: RoostContext) async throws -> Response {
        let query = QueryFields(request)
        let limit = try query.int("limit", in: 1...100) ?? 20
        let (isAscending, after) = (query.text("order") == "asc", query.text("after"))
        let stored = try await stored(.input, of: context.parameters.require("id"), context)
        defer { withExtendedLifetime(stored.place) {} }
        return try await WorkThreads.run {
            let all = StoredResponse.items(stored.json)
            var items = isAscending ? all : all.reversed()
            if let after { items = items.firstIndex { $0.value?["id"]?.string == after }.map { Array(items[($0 + 1)...]) } ?? [] }
            let page = Array(items.prefix(limit))
            return JSON.response(
                [
                    "object": "list", "data": page, "first_id": page.first?.value?["id"]?.string, "last_id": page.last?.value?["id"]?.string,
                    "has_more": items.count > limit,
                ] as JSONObject)
        }
    }

    /// Reads a part of a response, with its part of the budget of bodies.
    private func stored(
        _ part: ResponseStore.Part, of id: String, _ context: RoostContext
    ) async throws -> (json: ByteBuffer, place: BodyBudget.Place?) {
        let stored = try await storage?.read(part, of: id, ownedBy: context.owner) { [bodies = inference.bodies] bytes in
            try bodies.place(for: bytes, of: context.client)
        }
        guard let stored else { throw Self.unknown(id) }
        return stored
    }

    private static func unknown(_ id: String) -> RoostError {
        RoostError(
            .notFound, "There is no response \(id.quotedForPeople) of this client: it was not kept (`store`), was deleted, or is too old.",
            field: "id")
    }
}
