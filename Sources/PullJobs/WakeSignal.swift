/// Lets one waiter sleep until somebody has news. A signal given while nobody waits is kept; many are one.
struct WakeSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func wake() { continuation.yield() }

    /// Returns at the next signal, or at once when the task is cancelled.
    func wait() async {
        for await _ in stream { return }
    }
}
