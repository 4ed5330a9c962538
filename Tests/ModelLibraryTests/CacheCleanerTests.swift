import DurableFiles
import Foundation
import HubTestSupport
import RoostAPI
import RoostCore
import SystemPackage
import Testing

@testable import HubClient
@testable import ModelLibrary

@Suite struct CacheCleanerTests {
    private let model = Fixture.bytes(100_000)
    private let other = Fixture.bytes(90_000)

    @Test("a dry run says what would go, with its bytes, and removes nothing; the run removes exactly that")
    func dryRun() async throws {
        try await CacheSite.run { site in
            try site.install(["m-Q4_0.gguf": model, "config.json": [1]])
            let stray = try site.repository().blobs.appending(String(repeating: "a", count: 64))
            try site.write(other, to: stray)
            let partial = try site.repository().blobs.appending(String(repeating: "b", count: 64) + ".12345678.incomplete")
            try site.write(other, to: partial)
            try site.write([1], to: try site.repository().folder.appending("refs").appending("main.0123abcd.tmp"))
            let plan = try site.cleaner().collect(CollectOptions(isDryRun: true))
            #expect(plan.lines.map { $0.split(separator: " ")[0] } == ["blob", "partial", "temporary"])
            #expect(plan.freedBytes >= 180_000 && plan.isDryRun)
            #expect(site.exists(stray) && site.exists(partial))
            let done = try site.cleaner().collect(CollectOptions(isDryRun: false))
            #expect(done.lines == plan.lines && done.freedBytes == plan.freedBytes && done.kept.isEmpty)
            #expect(!site.exists(stray) && !site.exists(partial))
            #expect(try await site.verifier.verify(nil).sound)
            #expect(try site.cleaner().collect(CollectOptions(isDryRun: false)).removed.isEmpty)
        }
    }

    @Test("what is young stays: a blob that waits for its link, a download that may go on")
    func young() async throws {
        try await CacheSite.run { site in
            try site.install(["config.json": [1]])
            let blobs = try site.repository().blobs
            for name in [String(repeating: "a", count: 64), "b.incomplete", "c.downloadInProgress"] {
                try site.write(other, to: blobs.appending(name))
            }
            #expect(try site.cleaner(after: 0.01).collect(CollectOptions(isDryRun: false)).removed.isEmpty)
            #expect(try site.cleaner(after: 23).collect(CollectOptions(isDryRun: false)).lines.count == 1)
            #expect(try site.cleaner(after: 25).collect(CollectOptions(isDryRun: false)).lines.count == 2)
        }
    }

    @Test("a repository whose lock is held, and one with a reason to stay, is left alone; lock files are never deleted")
    func locked() async throws {
        try await CacheSite.run { site in
            try site.install(["config.json": [1]])
            let name = String(repeating: "b", count: 64)
            let partial = try site.repository().blobs.appending("\(name).12345678.incomplete")
            try site.write(other, to: partial)
            let id = try RepositoryID(parsing: "acme/tiny")
            let held = try site.cache.withLockIfFree(blob: name, of: id) {
                let report = try site.cleaner().collect(CollectOptions(isDryRun: false))
                #expect(report.removed.isEmpty && report.kept.map(\.reason) == ["a process is downloading files of it"])
                #expect(throws: RoostError.self) { _ = try site.cleaner().remove(ModelSelector(repository: id), isDryRun: false) }
                #expect(try site.cleaner().removePartials(of: id, isDryRun: false).kept.count == 1)
                #expect(try site.cache.partials().map(\.isInUse) == [true])
                return true
            }
            #expect(held == true && site.exists(partial))
            let busy = site.cleaner { _ in "a pull of it is not finished" }
            #expect(try busy.collect(CollectOptions(isDryRun: false)).kept.map(\.reason) == ["a pull of it is not finished"])
            #expect(throws: RoostError.self) { _ = try busy.removePartials(of: id, isDryRun: false) }
            #expect(try site.cleaner().collect(CollectOptions(isDryRun: false)).lines.count == 1)
            #expect(site.exists(site.cache.lockFile(blob: name, of: id)))
        }
    }

    @Test("a blob that gets its link between the two looks is put back")
    func linkInBetween() async throws {
        try await CacheSite.run { site in
            try site.install(["config.json": [1]])
            let file = try Fixture.file("m-Q4_0.gguf", model)
            try site.write(model, to: site.blob(file))
            var sweep = BlobSweep(try site.repository())
            #expect(try sweep.setAside(file.digest.hex))
            #expect(!site.exists(try site.blob(file)))
            // Python had seen the blob before, and now links to it.
            let revision = ResolvedRevision(
                repository: try RepositoryID(parsing: "acme/tiny"), revision: "main", commit: try #require(CommitHash(hex: CacheSite.first)))
            try site.cache.link(file, in: revision, isNew: false)
            var report = CacheCleanup(isDryRun: false)
            try sweep.finish(&report)
            #expect(report.removed.isEmpty && report.kept.count == 1)
            #expect(try await site.verifier.verify(nil).sound)
            #expect(FileManager.default.contents(atPath: try site.snapshotFile("m-Q4_0.gguf").string) == Data(model))
        }
    }

    @Test("superseded commits go only when asked, with what only they use; one that an engine uses stays")
    func revisions() async throws {
        try await CacheSite.run { site in
            let old = try site.install(["m-Q4_0.gguf": model, "config.json": [1]])
            try site.install(["m-Q4_0.gguf": other, "config.json": [1]], commit: CacheSite.second)
            #expect(try site.cleaner().collect(CollectOptions(isDryRun: true)).removed.isEmpty)
            let options = CollectOptions(isDryRun: false, includesRevisions: true)
            let snapshot = try site.repository().snapshots.appending(CacheSite.first)
            let guarded = CacheCleaner(cache: site.cache, receipts: site.receipts, snapshotsInUse: [snapshot])
            #expect(try guarded.collect(options).kept.map(\.reason) == ["an engine uses it"])
            var dry = options
            dry.isDryRun = true
            let plan = try site.cleaner(after: 0).collect(dry)
            let done = try site.cleaner(after: 0).collect(options)
            #expect(done.lines == plan.lines && done.removed.map(\.kind) == [.snapshot, .blob])
            #expect(try !site.exists(snapshot) && !site.exists(site.blob(old[1])) && site.exists(site.blob(old[0])))
            #expect(site.receipts.receipt(of: try site.repository().id, commit: try #require(CommitHash(hex: CacheSite.first))) == nil)
            #expect(try await site.verifier.verify(nil).files == 2)
        }
    }

    @Test("content in the shared store goes with its last link, and never while its list of links is missing or names a living one")
    func sharedStore() async throws {
        try await CacheSite.run { site in
            let file = try site.install(["m-Q4_0.gguf": model])[0]
            try site.install(["m-Q4_0.gguf": model], of: "acme/twin")
            let payload = try site.share(file)
            #expect(try site.share(file, of: "acme/twin") == payload)
            let first = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false)
            #expect(first.removed.map(\.kind) == [.snapshot, .blob] && site.exists(payload))
            #expect(try await site.verifier.verify(nil).sound)
            try FileSystem.remove(FilePath(payload.string + ".refs"))
            #expect(try site.cleaner().collect(CollectOptions(isDryRun: false)).removed.isEmpty && site.exists(payload))
            try site.write("models--acme--twin/blobs/\(file.digest.hex)\n".utf8, to: FilePath(payload.string + ".refs"))
            let plan = try site.cleaner().remove(ModelSelector(parsing: "acme/twin"), isDryRun: true)
            let last = try site.cleaner().remove(ModelSelector(parsing: "acme/twin"), isDryRun: false)
            #expect(last.lines == plan.lines && last.removed.map(\.kind) == [.snapshot, .blob, .sharedBlob] && !site.exists(payload))
        }
    }

    @Test("links into a store of a layout we do not know are no business of ours")
    func foreignStore() async throws {
        try await CacheSite.run { site in
            let payload = try site.share(try site.install(["m-Q4_0.gguf": model])[0])
            try site.write("2\n".utf8, to: site.cache.root.appending("blobs").appending(".huggingface-shared-blobs"))
            _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false)
            #expect(site.exists(payload))
        }
    }
}
