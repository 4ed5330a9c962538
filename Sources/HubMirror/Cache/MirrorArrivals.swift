import HubClient
import RoostCore
import ServiceLifecycle
import Synchronization

/// All files that are being fetched, each once for all clients that wait for it. A fetch continues when its clients
/// disconnect. Clients take turns.
final class MirrorArrivals: Service {
    private struct Key: Hashable {
        let repository: RepositoryID
        let digest: ContentDigest
    }

    private struct State {
        var underWay: [Key: MirrorArrival] = [:]
        var spoilt: Set<Key> = []
        var waiting = FairQueue<Key>()
        /// The clients that wait for files whose fetch has not begun.
        var askers: [Key: Set<String>] = [:]
        /// The number of files that are fetched for each client.
        var fetching: [String: Int] = [:]
        var isOver = false
    }

    private let state = Mutex(State())
    /// Wakes `run()`.
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let bring: @Sendable (MirrorArrival) async throws -> OpenFile
    private let end: @Sendable () async throws -> Void

    /// The most files that are fetched at the same time, for all clients together and for one; the others wait.
    private static let (atOnce, atOnceOfClient) = (32, 24)
    /// The most files that may wait, for all clients together and for one.
    private static let (most, mostOfClient) = (1024, 512)

    /// Creates the list; files are fetched while `run()` runs.
    ///
    /// - Parameters:
    ///   - bring: Fetches and verifies a file.
    ///   - end: Called when no more files will be fetched.
    init(
        bring: @escaping @Sendable (MirrorArrival) async throws -> OpenFile, end: @escaping @Sendable () async throws -> Void
    ) {
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.bring = bring
        self.end = end
    }

    /// Returns the arrival of a file, which begins unless it is already under way.
    ///
    /// - Throws: `MirrorError` when too many files wait.
    func arrival(of file: RepositoryFile, in revision: ResolvedRevision) throws -> MirrorArrival {
        let key = Key(repository: revision.repository, digest: file.digest)
        return try state.withLock { state in
            let client = ServedClient.name
            let known = state.underWay[key]
            // A file that waits in the turn of another client is fetched in that of this one, if it comes earlier.
            if let known, state.askers[key]?.contains(client) ?? true { return known }
            guard known != nil || state.underWay.count < Self.most, state.waiting.works[client]?.count ?? 0 < Self.mostOfClient else {
                throw MirrorError.tooBusy
            }
            let arrival = known ?? MirrorArrival(file, in: revision)
            if state.isOver {
                arrival.fail(CancellationError(), isDamaged: false)
            } else {
                state.underWay[key] = arrival
                state.askers[key, default: []].insert(client)
                state.waiting.add(state.waiting.newID(), key, of: client)
                change.yield()
            }
            return arrival
        }
    }

    /// Returns whether wrong bytes of a file may have been sent since the mirror was started.
    func isDamaged(_ file: RepositoryFile, of repository: RepositoryID) -> Bool {
        let key = Key(repository: repository, digest: file.digest)
        return state.withLock { $0.spoilt.contains(key) || $0.underWay[key]?.isDamaged == true }
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await _ in changes.cancelOnGracefulShutdown() {
                while let (arrival, client) = nextArrival() {
                    group.addTask {
                        await self.fetch(arrival)
                        self.ended(of: client)
                    }
                }
            }
            group.cancelAll()
        }
        let left = state.withLock { state in
            state.isOver = true
            return Array(state.underWay.values)
        }
        for arrival in left { settle(arrival, .failure(CancellationError())) }
        try await end()
    }

    private func nextArrival() -> (MirrorArrival, client: String)? {
        state.withLock { state in
            let fetching = state.fetching
            guard fetching.values.reduce(0, +) < Self.atOnce else { return nil }
            while let (key, client) = state.waiting.next(where: { fetching[$0, default: 0] < Self.atOnceOfClient }) {
                // Otherwise it has begun in the turn of another client.
                guard state.askers.removeValue(forKey: key) != nil, let arrival = state.underWay[key] else { continue }
                state.fetching[client, default: 0] += 1
                return (arrival, client)
            }
            return nil
        }
    }

    private func ended(of client: String) {
        state.withLock { state in
            // A client without files is removed, because there are very many.
            state.fetching[client] = state.fetching[client].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
        change.yield()
    }

    private func fetch(_ arrival: MirrorArrival) async {
        do {
            settle(arrival, .success(try await bring(arrival)))
        } catch {
            settle(arrival, .failure(error))
        }
    }

    private func settle(_ arrival: MirrorArrival, _ result: Result<OpenFile, any Error>) {
        let key = Key(repository: arrival.revision.repository, digest: arrival.file.digest)
        // In one step, so that a client that learns the result and asks again begins a new arrival.
        state.withLock { state in
            switch result {
            case .success(let file): arrival.finish(with: file)
            case .failure(let error): arrival.fail(error, isDamaged: (error as? RoostError).map { Self.spoiling.contains($0.code) } ?? false)
            }
            state.underWay[key] = nil
            if arrival.isDamaged { state.spoilt.insert(key) }
        }
    }

    /// Errors after which the received bytes are known to be wrong and have been deleted.
    private static let spoiling: Set<RoostError.Code> = [.digestMismatch, .sizeMismatch, .hubProtocolViolation]
}
