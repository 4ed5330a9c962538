import HTTPServing
import NIOCore
import RoostCore
import Synchronization

/// A response that is being made: what it has so far, whose it is, and how to end it.
final class ResponseRun: Sendable {
    let id: String
    /// The client that asked for it.
    let owner: String
    /// The client for fair shares.
    let client: String
    let input: ResponseInput
    private let builder: Mutex<ResponseBuilder>
    private let stop = Mutex<(@Sendable () -> Void)?>(nil)
    /// Whether its client has deleted it.
    private let isDiscarded = Mutex(false)
    /// Where the response is kept; `nil` if it is not.
    private let storage: ResponseStore?

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - owner: The client.
    ///   - client: The client for fair shares; `nil` if that is its owner.
    ///   - storage: Where the response is kept, if the request wishes that; `nil` if none is.
    init(_ request: ResponseRequest, owner: String, client: String? = nil, storage: ResponseStore?) {
        id = ResponseID.response.make()
        self.owner = owner
        self.client = client ?? owner
        input = request.input
        self.storage = request.settings.stores ? storage : nil
        builder = Mutex(ResponseBuilder(ResponseObject(id: id, settings: request.settings, createdAt: ResponseBuilder.now)))
    }

    /// The response so far.
    var response: ResponseObject { builder.withLock { $0.response } }

    /// Changes the response.
    ///
    /// - Returns: The events of the change, as they are sent.
    func events<Failure: Error>(_ change: (inout ResponseBuilder) throws(Failure) -> [ResponseBuilder.Event]) throws(Failure) -> ByteBuffer {
        try builder.withLock { (builder) throws(Failure) -> ByteBuffer in
            var bytes = ByteBuffer()
            for event in try change(&builder) { bytes.writeImmutableBuffer(ServerSentEvent.buffer(event.name, event.data)) }
            return bytes
        }
    }

    /// Makes the response of an engine's answer that no client reads as a stream, and keeps it.
    ///
    /// - Parameter stream: The answer.
    /// - Throws: `RoostError` when the answer fails, or the response cannot be kept; `CancellationError`.
    func complete(_ stream: EngineStream) async throws {
        try await read(stream)
        try await store()
    }

    /// Makes the response of an engine's answer that no client reads as a stream.
    ///
    /// - Parameter stream: The answer.
    /// - Throws: `RoostError` when the answer fails; `CancellationError`.
    func read(_ stream: EngineStream) async throws {
        var reader = ChatReader()
        for try await bytes in stream.pieces {
            for piece in try reader.read(bytes) { try builder.withLock { _ = try $0.add(piece) } }
            stream.consumed()
        }
        try Task.checkCancellation()
        let (end, figures) = (try reader.finish(), reader.figures)
        builder.withLock { _ = $0.end(end, figures) }
    }

    /// Whether it is one in the background that has ended, and is not on the disk yet.
    var isBeingStored: Bool {
        let response = response
        return response.settings.isBackground && [.completed, .incomplete].contains(response.status)
    }

    /// Sets what ends the work. It is called at once if the client has canceled the response already.
    func onCancel(_ stop: @escaping @Sendable () -> Void) {
        self.stop.withLock { $0 = stop }
        if response.status == .cancelled { stop() }
    }

    /// Ends the work.
    ///
    /// - Returns: Whether it was running.
    func cancel() -> Bool {
        guard builder.withLock({ $0.cancel() }) else { return false }
        stop.withLock { $0 }?()
        return true
    }

    /// Ends the work, and keeps nothing of the response any more.
    func discard() {
        isDiscarded.withLock { $0 = true }
        _ = cancel()
    }

    /// Keeps the response, if its request wishes that and it was not deleted.
    ///
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    func store() async throws { try await storage?.save(self, unless: { [self] in isDiscarded.withLock(\.self) }) }

    /// Keeps a response that has failed. An error is not reported: the client gets the one of the response.
    func storeFailure() async { try? await store() }

    /// Ends a response that failed while no client read it, and keeps it.
    func fail(_ failure: RoostError) async {
        builder.withLock { _ = $0.fail(failure) }
        await storeFailure()
    }
}
