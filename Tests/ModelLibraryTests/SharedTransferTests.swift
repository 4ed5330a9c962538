import DurableFiles
import Foundation
import HubTestSupport
import RoostAPI
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HubClient
@testable import ModelLibrary

/// Two who want the same bytes share one transfer, and a question changes nothing.
@Suite struct SharedTransferTests {
    private let content = Fixture.bytes(6 << 20)

    /// Lets a server's answers wait.
    private final class Gate: Sendable {
        private let asked = AsyncStream<Void>.makeStream()
        private let opened = AsyncStream<Void>.makeStream()

        func pass() async {
            asked.continuation.yield()
            for await _ in opened.stream { break }
        }

        func isReached() async { for await _ in asked.stream { break } }

        func open() { opened.continuation.finish() }
    }

    @Test(.timeLimit(.minutes(10)))
    func `looks at a download that has just begun, and a second one of the same file, leave it alone`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let twin = RepositoryFile(path: try RepositoryFilePath(parsing: "copy/m.gguf"), size: file.size, digest: file.digest)
        let gate = Gate()
        let serve = ScriptedServer.serving(content)
        try await Fixture.run { request in
            await gate.pass()
            return await serve(request)
        } _: { [content] hub in
            async let first = hub.download(file)
            // Its file has its whole length now, and no journal.
            await gate.isReached()
            #expect(FileSystem.size(of: hub.partial(file)) == TransferJournal.fileLength(size: file.size))
            for _ in 0..<3 {
                #expect(hub.client.presentBytes(of: file, in: hub.revision) == 0)
                _ = try hub.client.space(for: [file], in: hub.revision)
                let repository = hub.cache.repository(hub.revision.repository)
                #expect(try repository.partials().map(\.path) == [hub.partial(file)])
                #expect(try hub.cache.isLocked(blob: file.digest.hex, of: hub.revision.repository))
            }
            async let second = hub.download(twin)
            gate.open()
            let paths = try await [first, second]
            #expect(paths.map { hub.content($0) } == [content, content])
            #expect(hub.server.requests.count == 1)
        }
    }

    @Test func `pulls that end together all stand in the receipt`() async throws {
        try await CacheSite.run { site in
            let id = try RepositoryID(parsing: "acme/tiny")
            let commit = try #require(CommitHash(hex: CacheSite.first))
            let now = Timestamp(Date())
            let names = (0..<12).map { "m-\($0).gguf" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names {
                    let receipt = ModelReceipt(
                        repository: id, commit: commit, revision: "main", license: nil, startedAt: now, pulledAt: now,
                        files: [.init(path: name, size: 1, digest: "sha256:00")])
                    group.addTask { try site.receipts.add(receipt, of: id, commit: commit) }
                }
                try await group.waitForAll()
            }
            #expect(Set(site.receipts.receipt(of: id, commit: commit)?.files.map(\.path) ?? []) == Set(names))
        }
    }
}
