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
    func work(with inference: Inference, _ request: EngineRequest) async {
        do {
            let stream = try await inference.stream(request)
            onCancel { stream.end(throwing: CancellationError()) }
            try await complete(stream)
        } catch is CancellationError {
            await fail(RoostError.serverStopping)
        } catch {
            await fail(RoostError.wrapping(error, as: .unexpected, "The response failed because of an internal error"))
        }
    }
}
