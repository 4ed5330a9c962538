import HTTPServing
import RoostCore
import ServiceLifecycle

/// The responses that are made while no client waits for them. They end with the server, and are then kept as failed.
struct BackgroundResponses: Service {
    private let work: AsyncStream<@Sendable () async -> Void>
    private let source: AsyncStream<@Sendable () async -> Void>.Continuation

    init() { (work, source) = AsyncStream.makeStream() }

    /// Adds the work for a response.
    func add(_ item: @escaping @Sendable () async -> Void) { source.yield(item) }

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await item in work { group.addTask { await item() } }
                group.cancelAll()
            }
        }
    }
}

extension ResponseRun {
    /// Makes the response without a client.
    ///
    /// - Parameters:
    ///   - inference: The engines.
    ///   - request: What an engine is asked.
    ///   - place: The body's part of the budget; it is kept until the engine has the body.
    ///   - limit: The most time for the answer.
    func work(with inference: Inference, _ request: EngineRequest, holding place: BodyBudget.Place?, within limit: Duration) async {
        do {
            try await withDeadline(.now + limit, drain: .zero, late: { await inference.engines.late(request) }) {
                let stream = try await inference.begin(request, holding: place)
                // Also while it waits for its turn.
                self.onCancel { stream.end(throwing: CancellationError()) }
                _ = try await stream.accepted(patience: true)
                try await self.read(stream)
            }
            // Also when the server stops meanwhile, or the time is over: the answer is there.
            try await Task { try await store() }.value
        } catch is CancellationError {
            await fail(RoostError.serverStopping)
        } catch {
            await fail(RoostError.wrapping(error, as: .unexpected, "The response failed because of an internal error"))
        }
    }
}
