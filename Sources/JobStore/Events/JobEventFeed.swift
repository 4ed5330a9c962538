package import RoostCore
import Synchronization

/// Sends committed events to the watchers in this process. A watcher needs memory but causes no writes.
package final class JobEventFeed: Sendable {
    private struct State {
        var next = 0
        var watchers: [Int: AsyncStream<JobEvent>.Continuation] = [:]
        var isFinished = false
    }

    /// The number of unread events after which a watcher is disconnected. It can continue with the number of the last
    /// event it received.
    private static let backlog = 1024

    private let state = Mutex(State())

    package init() {}

    /// Starts to watch.
    ///
    /// - Returns: All events from now on. The stream ends when the store is closed or the watcher is too slow.
    package func watch() -> AsyncStream<JobEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: JobEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let number: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.next += 1
            state.watchers[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.watchers[number] = nil } }
        return stream
    }

    /// Sends events to all watchers.
    package func publish(_ events: [JobEvent]) {
        let watchers = state.withLock { $0.watchers.values.map(\.self) }
        for watcher in watchers {
            for event in events {
                if case .dropped = watcher.yield(event) {
                    watcher.finish()
                    break
                }
            }
        }
    }

    /// Ends all streams, also those of later watchers.
    package func finish() {
        let watchers = state.withLock { state in
            state.isFinished = true
            return state.watchers.values.map(\.self)
        }
        for watcher in watchers { watcher.finish() }
    }
}
