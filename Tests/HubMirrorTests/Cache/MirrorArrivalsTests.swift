import HubClient
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import HubMirror

@Suite(.timeLimit(.minutes(10))) struct MirrorArrivalsTests {
    /// The files that are being fetched.
    private final class Fetches: Sendable {
        let names = Mutex<Set<String>>([])
    }

    @Test func `a client with many files leaves fetches and places to others`() async throws {
        let fetches = Fetches()
        let arrivals = MirrorArrivals(
            bring: { arrival in
                _ = fetches.names.withLock { $0.insert(arrival.file.path.description) }
                try await Task.sleep(for: .seconds(1000))
                throw CancellationError()
            }, end: {})
        let commit = try #require(CommitHash(hex: String(repeating: "b", count: 40)))
        let revision = ResolvedRevision(repository: try RepositoryID(parsing: "org/name"), revision: "main", commit: commit)
        func ask(_ client: String, _ number: Int, by asker: String? = nil) throws -> MirrorArrival {
            let digest = try #require(ContentDigest(hex: client + String(repeating: "0", count: 60) + String(1000 + number).suffix(3)))
            let file = RepositoryFile(path: try RepositoryFilePath(parsing: "\(client)\(number)"), size: 10, digest: digest)
            return try ServedClient.$name.withValue(asker ?? client) { try arrivals.arrival(of: file, in: revision) }
        }
        func fetched() -> Set<String> { fetches.names.withLock { $0 } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<24 { _ = try ask("a", number) }
            group.addTask { try await arrivals.run() }
            while fetched().count < 24 { await Task.yield() }
            for number in 24..<(24 + 512) { _ = try ask("a", number) }
            #expect(throws: MirrorError.self) { try ask("a", 600) }
            // One that waits in the turn of another client, asked for twice.
            for _ in 0..<2 { _ = try ask("a", 500, by: "b") }
            for number in 0..<10 { _ = try ask("b", number) }
            while fetched().count < 32 { await Task.yield() }
            #expect(fetched() == Set((0..<24).map { "a\($0)" } + ["a500"] + (0..<7).map { "b\($0)" }))
            group.cancelAll()
        }
        let late = try ask("c", 1)
        await #expect(throws: CancellationError.self) { _ = try await late.bytes(from: 0, generation: 0) }
    }
}
