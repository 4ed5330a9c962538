import Synchronization

/// Lets one waiter sleep until somebody has news. A signal given while nobody waits is kept; many are one.
package final class WakeSignal: Sendable {
    private enum State {
        case quiet
        case signaled
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    /// Makes a signal that nobody has given yet.
    package init() {}

    /// Ends the wait, or the next one.
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

    /// Returns at the next signal, or at the latest when `pause` is over or the task is cancelled.
    ///
    /// - Parameters:
    ///   - pause: The longest wait.
    ///   - sleep: Waits for it.
    package func wait(
        atMost pause: Duration, sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                // It throws when the signal came first, and then nobody needs another.
                if (try? await sleep(pause)) != nil { self.signal() }
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
