import Synchronization

/// A signal that wakes one waiting task. A signal without a waiting task is kept; several count as one.
package final class WakeSignal: Sendable {
    private enum State {
        case quiet
        case signaled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    /// Creates a signal that is not set.
    package init() {}

    /// Ends the current wait, or the next one.
    package func signal() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let waiter) = state {
                state = .quiet
                return waiter
            }
            state = .signaled
            return nil
        }
        waiter?.resume()
    }

    /// Returns at the next signal, or at the latest after `pause` or when the task is cancelled.
    ///
    /// - Parameters:
    ///   - pause: The longest time to wait.
    ///   - time: The time of the wait.
    package func wait(atMost pause: Duration, _ time: TimeSource = TimeSource()) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                // The sleep throws when the signal came first; no further signal is needed then.
                if (try? await time.sleep(pause)) != nil { self.signal() }
            }
            await next()
            group.cancelAll()
        }
    }

    /// Returns at the next signal, or when the task is cancelled.
    package func next() async {
        await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            signal()
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isSignaled = state.withLock { state in
                if case .signaled = state {
                    state = .quiet
                    return true
                }
                state = .waiting(continuation)
                return false
            }
            if isSignaled { continuation.resume() }
        }
    }
}
