import Engines
import Hummingbird
import ModelLibrary
import NIOCore
import RoostCore

/// Sends the requests of `/chat` and `/v1` to engines.
struct Inference: Sendable {
    /// The most bytes of an answer in one piece.
    private static let largestAnswer = 64 << 20

    let catalog: ModelCatalog
    let engines: EngineSupervisor
    /// The most bytes of a body.
    let bodyLimit: Int
    let bodies: BodyBudget

    /// Reads a body and creates a request to an engine from it.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - make: Validates the fields.
    /// - Returns: The result of `make`, and the body's part of the budget, which is kept until the engine has the body.
    /// - Throws: `RoostError` when the body is too large, too late, not a JSON object, or invalid.
    func read<Value: Sendable>(
        _ request: inout Request, _ make: @escaping @Sendable (RequestFields) throws -> Value
    ) async throws -> (Value, BodyBudget.Place?) {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? bodyLimit
        let place = try bodies.place(for: min(length, bodyLimit))
        return (try await request.readFields(upTo: bodyLimit, make), place)
    }

    /// Loads the model of a request and checks that its engine can answer it.
    ///
    /// - Parameter request: The request.
    /// - Returns: The model.
    /// - Throws: `RoostError` when the model is not on this machine, cannot be loaded, or cannot answer the request.
    func load(_ request: EngineRequest) async throws -> ModelEntry {
        let entry = try await WorkThreads.run { try catalog.entry(for: request.reference) }
        let model = try await engines.load(entry)
        if let plan = model.plan { try request.check(against: plan, of: entry.reference) }
        return entry
    }

    /// Returns the engine's answer in one piece.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - entry: The model.
    /// - Returns: The engine's body.
    /// - Throws: `RoostError` when the engine refuses the request or fails.
    func answer(_ request: EngineRequest, _ entry: ModelEntry) async throws -> ByteBuffer {
        try await engines.withEngine(for: entry, request: request.fingerprint) { connection in
            let response = try await connection.send(path: request.kind.path, body: request.body)
            let body = try await response.collect(upTo: Self.largestAnswer)
            guard response.status == 200 else {
                throw EngineAnswer.failure(status: response.status, body: body, field: request.kind.inputField)
            }
            return body
        }
    }

    /// Returns a stream that the engine has accepted.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - entry: The model.
    /// - Returns: The stream.
    /// - Throws: `RoostError` when the engine refuses the request or fails before its first token.
    func stream(_ request: EngineRequest, _ entry: ModelEntry) async throws -> EngineStream {
        let stream = EngineStream(engines: engines, entry: entry, request: request)
        try await stream.accepted(field: request.kind.inputField)
        return stream
    }
}
