import Access
import Engines
import HTTPServing
import Hummingbird
import ModelLibrary
import NIOCore
import RoostAPI
import RoostCore

/// Sends the requests of `/chat` and `/v1` to engines.
struct Inference: Sendable {
    /// The most bytes of an answer in one piece.
    static let largestAnswer = 64 << 20

    let catalog: ModelCatalog
    let engines: EngineSupervisor
    let accounts: KeyAccounts
    /// The most bytes of a body.
    let bodyLimit: Int
    let bodies: BodyBudget
    /// The time after which a stream without an answer begins, and tells its client what it waits for, again and again.
    let pulse: Duration

    /// Reads a request and answers it. The work ends when the client disconnects, the time is over, or some time after a
    /// request to stop the server.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - context: The context, with the connection.
    ///   - read: Validates the fields.
    ///   - asked: Returns what an engine is asked.
    ///   - limit: Returns the most time for the answer, from the arrival of the request.
    ///   - answer: Answers the request, until the deadline. It gets the body's part of the budget, for a stream that begins
    ///     before the engine has the body.
    /// - Returns: The response.
    /// - Throws: The errors of `read` and `answer`; `RoostError` with code `timedOut`, `modelLoading`, `enginesBusy` or
    ///   `shuttingDown`.
    func respond<Value: Sendable>(
        to request: Request, _ context: RoostContext, reading read: @escaping @Sendable (RequestFields) throws -> Value,
        of asked: (Value) -> EngineRequest, within limit: (Value) -> Duration,
        _ answer: @escaping @Sendable (Value, _ deadline: ContinuousClock.Instant, _ place: BodyBudget.Place?) async throws -> Response
    ) async throws -> Response {
        let arrival = ContinuousClock.now
        var request = request
        let (value, place) = try await self.read(&request, of: context.client, read)
        // The body's part of the budget, until the engine has the body.
        defer { withExtendedLifetime(place) {} }
        let (deadline, engineRequest) = (arrival + limit(value), asked(value))
        place?.shrink(to: engineRequest.body.readableBytes)
        return try await context.channel.whileClientStays {
            try await withDeadline(deadline, drain: StreamingBody.drain, late: { await engines.late(engineRequest) }) {
                try await answer(value, deadline, place)
            }
        }
    }

    private func read<Value: Sendable>(
        _ request: inout Request, of client: String, _ read: @escaping @Sendable (RequestFields) throws -> Value
    ) async throws -> (Value, BodyBudget.Place?) {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? bodyLimit
        let place = try bodies.place(for: min(length, bodyLimit), of: client)
        return (try await request.readFields(upTo: bodyLimit, read), place)
    }

    /// Returns the model of a request.
    ///
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`, `forbidden` for a model that the key does not permit,
    ///   or `invalidRequest` for an image to a model without a projector.
    func entry(for request: EngineRequest) async throws -> ModelEntry {
        let entry = try await FileThreads.run { try catalog.entry(for: request.reference) }
        // What will run, and not the name that was sent.
        try request.caller.require(entry.reference)
        try request.media.check(entry.reference, hasProjector: entry.projector != nil)
        return entry
    }

    /// Loads the model of a request that asks for nothing else.
    ///
    /// - Throws: As `entry(for:)`; the errors of a load.
    func load(for request: EngineRequest) async throws {
        let entry = try await entry(for: request)
        await keep(entry, for: request)
        _ = try await engines.load(entry)
    }

    /// Sets how long a model stays in memory, if a request says that.
    private func keep(_ entry: ModelEntry, for request: EngineRequest) async {
        if let keepAlive = request.options.keepAlive { await engines.setKeepAlive(keepAlive, of: entry.reference) }
    }

    /// Returns the model of a request, and the request with what the model's alias adds to it.
    private func prepared(_ request: EngineRequest) async throws -> (ModelEntry, EngineRequest) {
        let entry = try await entry(for: request)
        guard !entry.preset.isNeutral else { return (entry, request) }
        return (entry, try await WorkThreads.run { try request.applying(entry.preset) })
    }

    /// Returns the model of a request that its key allows, the request, and what counts its tokens.
    private func accepted(_ request: EngineRequest) async throws -> (ModelEntry, EngineRequest, AnswerMeter) {
        let (entry, asked) = try await prepared(request)
        let (request, meter) = try accounts.begin(asked, entry.reference)
        // A request that is refused changes nothing.
        await keep(entry, for: request)
        return (entry, request, meter)
    }

    /// Returns the engine's answer in one piece, and loads the model first if needed.
    ///
    /// - Parameter request: The request.
    /// - Returns: The engine's body.
    /// - Throws: `RoostError` when the model is not on this machine, cannot be loaded or cannot answer the request, or
    ///   the engine refuses it or fails.
    func answer(_ request: EngineRequest) async throws -> ByteBuffer {
        let (entry, request, meter) = try await accepted(request)
        do {
            let answer = try await request.kind.isLookup ? lookUp(request, in: entry) : compute(request, in: entry, meter)
            engines.metrics.counted(entry.reference, in: answer)
            meter.read(whole: answer)
            meter.end(failed: false)
            return answer
        } catch {
            meter.end(failed: !(error is CancellationError))
            throw error
        }
    }

    private func compute(_ request: EngineRequest, in entry: ModelEntry, _ meter: AnswerMeter) async throws -> ByteBuffer {
        try await engines.withEngine(
            for: entry, request: request.lease, check: { try request.check(against: $0, of: entry.reference) }
        ) {
            meter.began(unseen: request.tokens.output)
            let response = try await $0.send(path: request.kind.path, body: request.body)
            let body = try await response.collect(upTo: Self.largestAnswer)
            guard response.status == 200 else {
                throw EngineAnswer.failure(status: response.status, body: body, field: request.kind.inputField)
            }
            return body
        }
    }

    private func lookUp(_ request: EngineRequest, in entry: ModelEntry) async throws -> ByteBuffer {
        let answer = try await engines.lookUp(
            request.kind.path, body: request.body, in: entry, for: request.lease,
            check: { try request.check(against: $0, of: entry.reference) })
        guard answer.status == 200 else {
            throw EngineAnswer.failure(status: answer.status, body: answer.body, field: request.kind.inputField)
        }
        return answer.body
    }

    /// Returns the number of tokens of a chat's prompt, as the model's engine counts them, and loads the model first if needed.
    /// It waits for no answer.
    ///
    /// - Parameter request: The chat.
    /// - Returns: The number of tokens.
    /// - Throws: As `answer`.
    func promptTokens(of request: EngineRequest) async throws -> Int {
        let (entry, request) = try await prepared(request)
        var lease = request.lease
        // Its success shows nothing about the chat itself.
        let (path, body) = (RequestText.Counting.chat.path, request.body)
        lease.fingerprint = try await WorkThreads.run { RequestFingerprint(path: path, body: body) }
        let answer = try await engines.lookUp(
            path, body: request.body, in: entry, for: lease,
            check: { try request.check(against: $0, of: entry.reference) })
        guard let count = try await RequestText.Counting.chat.count(in: answer) else {
            throw EngineAnswer.failure(status: answer.status, body: answer.body, field: request.kind.inputField)
        }
        return count
    }

    /// Returns a stream that the engine has accepted, and loads the model first if needed.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - place: The body's part of the budget, kept until the engine has the body.
    /// - Returns: The stream.
    /// - Throws: As `answer`, for failures before the first token.
    func stream(_ request: EngineRequest, holding place: BodyBudget.Place?) async throws -> EngineStream {
        let stream = try await begin(request, holding: place)
        _ = try await stream.accepted(patience: true)
        return stream
    }

    /// Returns a streamed answer: when the engine has accepted the request, or after a while without that.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - channel: The client's connection.
    ///   - deadline: The end of the time for the answer.
    ///   - place: The body's part of the budget; it is kept until the engine has the body.
    /// - Returns: The body of the answer.
    /// - Throws: As `answer`, for failures within that while.
    func streamingBody(
        for request: EngineRequest, to channel: any Channel, until deadline: ContinuousClock.Instant, holding place: BodyBudget.Place?
    ) async throws -> StreamingBody {
        let stream = try await begin(request, holding: place, on: channel.eventLoop)
        return StreamingBody(
            stream: stream, isAccepted: try await stream.accepted(patience: false), channel: channel, deadline: deadline, pulse: pulse)
    }

    /// Returns a stream that its engine need not have accepted yet.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - place: The body's part of the budget; it is kept until the engine has the body.
    ///   - loop: The event loop of the client's connection; `nil` without such a client.
    /// - Returns: The stream.
    /// - Throws: `RoostError` when the model is not on this machine, or the key does not permit the request.
    func begin(_ request: EngineRequest, holding place: BodyBudget.Place?, on loop: (any EventLoop)? = nil) async throws -> EngineStream {
        let (entry, request, meter) = try await accepted(request)
        return EngineStream(engines: engines, entry: entry, request: request, meter: meter, holding: place, pulse: pulse, on: loop)
    }
}
