/// Lets one waiter sleep until somebody has news. A signal given while nobody waits is kept; many are one.
struct WakeSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func wake() { continuation.yield() }

    /// Returns at the next signal, after some time, or at once when the task is cancelled.
    ///
    /// The time limit gives the signal itself: cancelling whoever reads the stream would end the stream for good.
    func wait(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                wake()
            }
            for await _ in stream { break }
            group.cancelAll()
        }
    }
}
