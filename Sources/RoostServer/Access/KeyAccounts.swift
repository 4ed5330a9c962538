import Access
import Foundation
import HTTPServing
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// What keys use: their limits, and the counts of tokens by key, model and day.
///
/// Counts are written every second in one transaction, and once more at the end of the server. After `kill -9` or a power
/// cut those of the last second are missing.
final class KeyAccounts: Service {
    /// The time between two writes.
    private static let interval: Duration = .seconds(1)

    private struct State {
        var ledger = LimitLedger()
        var pending: [UsagePlace: UsageCounts] = [:]
    }

    private let store: KeyStore
    private let state = Mutex(State())
    private let time: TimeSource
    private let logger: Logger

    /// Continues the counts of this day.
    ///
    /// - Throws: `RoostError` when keys.db cannot be read.
    init(store: KeyStore, time: TimeSource = TimeSource(), logger: Logger) throws {
        self.store = store
        self.time = time
        self.logger = logger
        let moment = moment
        let today = try store.usage(on: Self.day(time.date()))
        state.withLock { state in
            for (key, used) in today {
                state.ledger.resume(
                    key, requests: used.requests, tokens: .init(prompt: used.promptTokens, output: used.generatedTokens), at: moment)
            }
        }
    }

    private var moment: LimitMoment { LimitMoment(now: time.now(), secondsSince1970: time.date().timeIntervalSince1970) }

    /// A day in UTC, `2026-01-31`.
    static func day(_ date: Date) -> String { String(Timestamp(date).rawValue.prefix(10)) }

    /// Counts a request to a model that has arrived.
    ///
    /// - Throws: `RoostError` with code `rateLimited` when a limit of its key is used up.
    func arrive(_ caller: Caller) throws {
        guard let key = caller.key, !key.limits.isEmpty else { return }
        let moment = moment
        if let used = state.withLock({ $0.ledger.arrive(key.id, key.limits, at: moment) }) { throw RoostError.used(used, of: key) }
    }

    /// Begins a request to a model.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - model: The name of the model that will run.
    /// - Returns: The request, whose answer may be bounded by the limits of its key, and what counts its tokens.
    /// - Throws: `RoostError` with code `rateLimited` when not enough of a limit is left; `forbidden` for an answer that is
    ///   longer than a whole limit.
    func begin(_ request: EngineRequest, _ model: ModelReference) throws -> (EngineRequest, AnswerMeter) {
        let caller = request.caller
        var request = request
        if let key = caller.key, !key.limits.isEmpty {
            let mosts = [key.limits.outputTokensPerMinute, key.limits.outputTokensPerDay].compactMap(\.self)
            if let most = mosts.min() {
                request = request.bounded(to: max(1, min(Caller.boundedAnswer, most)))
                try Self.refuse(request.tokens.output, beyond: most, key)
            }
            let (moment, tokens) = (moment, request.tokens)
            if let used = state.withLock({ $0.ledger.begin(key.id, key.limits, tokens, at: moment) }) { throw RoostError.used(used, of: key) }
        }
        let tokens = request.tokens
        return (request, AnswerMeter(prompt: tokens.prompt) { [self] counts in end(caller, model, tokens, counts) })
    }

    private static func refuse(_ output: Int, beyond most: Int, _ key: StoredKey) throws {
        guard output > most else { return }
        throw RoostError(
            .forbidden,
            "The answers may have \(output) tokens together, and the key \(key.id) may have \(most) at all; ask for less with `max_tokens`.",
            field: "max_tokens")
    }

    private func end(_ caller: Caller, _ model: ModelReference, _ reserved: LimitLedger.Tokens, _ counts: UsageCounts) {
        let moment = moment
        let place = UsagePlace(day: Self.day(time.date()), key: caller.key?.id ?? "local", model: "\(model)")
        state.withLock { state in
            if let key = caller.key, !key.limits.isEmpty {
                state.ledger.end(
                    key.id, reserved: reserved, used: .init(prompt: counts.promptTokens, output: counts.generatedTokens), at: moment)
            }
            state.pending[place, default: UsageCounts()] += counts
        }
    }

    /// Returns how far the limits of a caller are used; none without limits.
    func standings(of caller: Caller) -> [LimitLedger.Standing] {
        guard let key = caller.key, !key.limits.isEmpty else { return [] }
        let moment = moment
        return state.withLock { $0.ledger.standings(of: key.id, key.limits, at: moment) }
    }

    /// Writes the counts every second, and once more at the end.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await time.sleep(Self.interval)) != nil { await write() }  // Only cancellation throws.
        }
        await write()
    }

    /// Writes the counts since the last write. What cannot be written is kept for the next one.
    func write() async {
        let pending = state.withLock { state in
            defer { state.pending = [:] }
            return state.pending
        }
        guard !pending.isEmpty else { return }
        do {
            try await WorkThreads.run { [store] in try store.addUsage(pending) }
        } catch {
            if !(error is CancellationError) {
                logger.warning("the usage of keys cannot be written; trying again in a second", metadata: ["error": "\(error)"])
            }
            state.withLock { state in
                for (place, counts) in pending { state.pending[place, default: UsageCounts()] += counts }
            }
        }
    }
}

extension RoostError {
    /// The error for a limit that is used up.
    fileprivate static func used(_ standing: LimitLedger.Standing, of key: StoredKey) -> Self {
        let wait = max(standing.reset, .seconds(1))
        let seconds = Int((wait / .seconds(1)).rounded(.up))
        return Self(
            .rateLimited,
            "The key \(key.id) may have \(standing.limit) of \(standing.name), and has not enough left for this request; send it again in \(seconds) seconds.",
            retryAfter: wait)
    }
}
