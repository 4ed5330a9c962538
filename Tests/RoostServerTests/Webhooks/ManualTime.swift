import Foundation
import RoostCore
import Synchronization

/// A clock that stands still until the test moves it on.
final class ManualTime: Sendable {
    private struct Sleeper {
        let number: Int
        let end: Date
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Date(timeIntervalSince1970: 1_800_000_000)
        var count = 0
        var sleepers: [Sleeper] = []
        var canceled: Set<Int> = []
    }

    private let state = Mutex(State())
    private let (sleeps, slept) = AsyncStream<Duration>.makeStream()

    var now: Date { state.withLock { $0.now } }

    /// This clock for a service.
    var source: TimeSource {
        var source = TimeSource(date: { self.now })
        source.now = { .seconds(self.now.timeIntervalSince1970) }
        source.sleep = { try await self.sleep($0) }
        return source
    }

    /// Waits until the clock is moved far enough; throws when the task is cancelled.
    func sleep(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCanceled = state.withLock { state in
                    if state.canceled.remove(number) != nil { return true }
                    state.sleepers.append(
                        Sleeper(number: number, end: state.now.addingTimeInterval(duration / .seconds(1)), continuation: continuation))
                    return false
                }
                if isCanceled { continuation.resume(throwing: CancellationError()) } else { slept.yield(duration) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
                    state.canceled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes who has slept enough.
    func advance(by duration: Duration) {
        let awake = state.withLock { state in
            state.now += duration / .seconds(1)
            let awake = state.sleepers.filter { $0.end <= state.now }
            state.sleepers.removeAll { $0.end <= state.now }
            return awake
        }
        for sleeper in awake { sleeper.continuation.resume() }
    }

    /// Waits until a task begins to sleep for the expected time.
    @discardableResult
    func nextSleep(where matches: (Duration) -> Bool = { _ in true }) async -> Duration? {
        for await duration in sleeps where matches(duration) { return duration }
        return nil
    }
}
