import Access
import Foundation
import HTTPServing
import HTTPTypes
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// Knows the keys: finds out who sends a request, follows the changes that commands make in keys.db, and records when
/// keys were used.
///
/// Keys are needed as soon as there has been one. When the last one has ended, no request is accepted: a server that became open
/// again by a revocation would be open to all.
final class KeyKeeper: Service {
    /// The time between two looks at keys.db: the most time until a revocation takes effect.
    private static let lookout: Duration = .seconds(1)
    /// The most entries of the audit log, about 200 MB.
    private static let mostEntries = 1_000_000
    /// The number of looks between two deletions of old entries: an hour.
    private static let looksUntilPruning = 3600
    /// The number of looks after which the times of the last use are written.
    private static let looksUntilWrite = 60

    private struct Known {
        var ring: KeyRing
        /// The version of keys.db that the ring is from.
        var version: Int
        /// When keys were used since the last write.
        var used: [String: Date] = [:]
    }

    private let store: KeyStore
    private let known: Mutex<Known>
    private let time: TimeSource
    private let auditDays: Int
    private let logger: Logger

    /// Reads the keys.
    ///
    /// - Parameters:
    ///   - store: keys.db.
    ///   - auditDays: The days after which entries of the audit log are deleted; 0 keeps them.
    ///   - time: The time.
    ///   - logger: The logger.
    /// - Throws: `RoostError` when keys.db cannot be read.
    init(store: KeyStore, auditDays: Int = 0, time: TimeSource = TimeSource(), logger: Logger) throws {
        self.auditDays = auditDays
        self.store = store
        self.time = time
        self.logger = logger
        // The number first: a change after it is found with the next look.
        let version = try store.version()
        known = Mutex(Known(ring: KeyRing(try store.keys()), version: version))
    }

    /// Whether requests need a key.
    var needsKeys: Bool { known.withLock { !$0.ring.isEmpty } }

    /// Returns who sends a request.
    func caller(of headers: HTTPFields) -> Caller {
        let date = time.date()
        return known.withLock { known in
            guard !known.ring.isEmpty else { return .local }
            let (key, sent) = Credentials.key(in: headers)
            guard let key else { return .unknown(sent ? .wrongKey : .missingKey) }
            switch known.ring.find(key, at: date) {
            case .active(let stored):
                known.used[stored.id] = date
                return .key(stored)
            case .ended(let stored, let state):
                return .unknown(RoostError(.unauthorized, "The key \(stored.id) is \(state.rawValue); ask the operator for another one."))
            case .unknown: return .unknown(.wrongKey)
            }
        }
    }

    /// Whether a caller may still ask, for answers that have no end of their own. A rotated key may: its holder gets another secret.
    func isCurrent(_ caller: Caller) -> Bool {
        let date = time.date()
        return known.withLock { known in
            switch caller {
            case .local: known.ring.isEmpty
            case .key(let key): known.ring.isActive(key.id, at: date)
            case .unknown: false
            }
        }
    }

    /// Looks at keys.db every second, writes the times of use every minute, and once more at the end.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var looks = 0
            await prune()
            while (try? await time.sleep(Self.lookout)) != nil {  // Only cancellation throws.
                await look()
                looks += 1
                if looks.isMultiple(of: Self.looksUntilWrite) { await writeUse() }
                if looks.isMultiple(of: Self.looksUntilPruning) { await prune() }
            }
        }
        await writeUse()
    }

    /// Reads the keys again if another process has changed them. When that fails, the known ones stay.
    func look() async {
        let last = known.withLock { $0.version }
        do {
            let fresh = try await WorkThreads.run { [store] () -> (version: Int, ring: KeyRing)? in
                let version = try store.version()
                return version == last ? nil : (version, KeyRing(try store.keys()))
            }
            guard let fresh else { return }
            known.withLock {
                $0.version = fresh.version
                // Keys are needed from now on, also when keys.db was replaced by an empty one.
                if !fresh.ring.isEmpty || $0.ring.isEmpty { $0.ring = fresh.ring }
            }
            logger.notice("keys.db has changed; its keys apply from now on")
        } catch is CancellationError {
            return
        } catch {
            logger.error("keys.db cannot be read; the keys of the last time still apply", metadata: ["error": "\(error)"])
        }
    }

    private func prune() async {
        let date = auditDays > 0 ? time.date().addingTimeInterval(-86_400 * Double(auditDays)) : nil
        do {
            let count = try await WorkThreads.run { [store] in try store.pruneAudit(before: date, keeping: Self.mostEntries) }
            if count > 0 { logger.notice("deleted \(count) old entries of the audit log") }
        } catch is CancellationError {
            return
        } catch {
            logger.warning("old entries of the audit log cannot be deleted; trying again in an hour", metadata: ["error": "\(error)"])
        }
    }

    private func writeUse() async {
        let used = known.withLock { known in
            defer { known.used = [:] }
            return known.used
        }
        guard !used.isEmpty else { return }
        do {
            try await WorkThreads.run { [store] in try store.noteUse(used) }
        } catch {
            logger.warning("the times of the last use of keys cannot be written", metadata: ["error": "\(error)"])
        }
    }
}

extension RoostError {
    fileprivate static var missingKey: Self {
        Self(
            .unauthorized,
            "This server needs a key: send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`, and give it to the roost command in ROOST_API_KEY. The operator makes keys with `roost keys create`."
        )
    }

    fileprivate static var wrongKey: Self {
        Self(.unauthorized, "The key is not one of this server; check that it was copied completely, or ask the operator for another one.")
    }
}
