import Foundation
import HubTestSupport
import ModelLibrary
import RoostAPI
import RoostCore
import Synchronization
import SystemPackage
import Testing

@testable import HubClient

@Suite struct CacheRemovalTests {
    /// How often a clean-up has asked which pulls are unfinished.
    private final class Questions: Sendable {
        private let number = Mutex(0)

        func count(adding more: Int = 0) -> Int {
            number.withLock { number in
                number += more
                return number
            }
        }
    }

    private let model = Fixture.bytes(100_000)
    private let other = Fixture.bytes(90_000)

    @Test("a whole repository goes without a trace, its partial files with it")
    func whole() async throws {
        try await CacheSite.run { site in
            try site.install(["sub/m-Q4_0.gguf": model, "config.json": [1]])
            try site.install(["sub/m-Q4_0.gguf": other], commit: CacheSite.second, ref: "refs/pr/1")
            try site.write(other, to: try site.repository().blobs.appending(String(repeating: "c", count: 64) + ".roost.incomplete"))
            let plan = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: true)
            #expect(plan.lines.count == 6)
            #expect(try await site.verifier.verify(nil).files == 3)
            #expect(try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false).lines == plan.lines)
            #expect(!site.exists(try site.repository().folder))
            #expect(!site.exists(site.root.appending("home").appending("models").appending("acme--tiny")))
            #expect(throws: RoostError.self) { _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false) }
        }
    }

    @Test("of two quantisations one goes; the list that would call the snapshot incomplete goes with it, and the receipt forgets the file")
    func quantisation() async throws {
        try await CacheSite.run { site in
            let files = try site.install(["a-Q4_0.gguf": model, "b-Q8_0.gguf": other, "config.json": [1]])
            let report = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:Q4_0"), isDryRun: false)
            #expect(report.removed.map(\.kind) == [.file, .blob])
            #expect(try !site.exists(site.blob(files[0])) && site.exists(site.blob(files[1])))
            #expect(!site.exists(try site.repository().folder.appending("trees").appending("\(CacheSite.first).json")))
            let receipt = site.receipts.receipt(of: try site.repository().id, commit: try #require(CommitHash(hex: CacheSite.first)))
            #expect(receipt?.files.map(\.path) == ["b-Q8_0.gguf", "config.json"])
            #expect(try await site.verifier.verify(nil).sound)
            // The last model takes the small files along.
            #expect(try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:Q8_0"), isDryRun: false).removed.first?.kind == .snapshot)
        }
    }

    @Test("of a model, its draft head and another recipe of its quantisation only the one that is named goes; a name for two is refused")
    func oneOfSeveral() async throws {
        try await CacheSite.run { site in
            let names = ["MTP/gem-Q8_0-MTP.gguf", "gem-Q8_0.gguf", "gem-UD-Q8_0.gguf", "sub/gem-Q4_0.gguf", "gem-Q4_0.gguf"]
            try site.install(Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Fixture.bytes(1000 + $0)) }))
            func remaining() throws -> [String] {
                try site.repository().entries(of: #require(CommitHash(hex: CacheSite.first))).map(\.path.description).sorted()
            }
            func remove(_ name: String) throws { _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:\(name)"), isDryRun: false) }
            try remove("Q8_0")
            #expect(try remaining() == names.filter { $0 != "gem-Q8_0.gguf" }.sorted())
            let error = try #require(throws: RoostError.self) { try remove("Q4_0") }
            #expect(error.code == .invalidRequest && error.message.contains("`acme/tiny:gem-Q4_0` and `acme/tiny:sub/gem-Q4_0`"))
            try remove("sub/gem-Q4_0")
            try remove("MTP/gem-Q8_0-MTP")
            #expect(try remaining() == ["gem-Q4_0.gguf", "gem-UD-Q8_0.gguf"])
        }
    }

    @Test func `a name that is ambiguous in one of several commits removes nothing of the others, and no converted model`() async throws {
        try await CacheSite.run { site in
            try site.install(["gem-Q4_0.gguf": model])
            try site.install(["a/gem-Q4_0.gguf": model, "b/gem-Q4_0.gguf": other], commit: CacheSite.second, ref: "refs/pr/1")
            let error = try #require(throws: RoostError.self) {
                _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:Q4_0"), isDryRun: false)
            }
            #expect(error.code == .invalidRequest)
            #expect(
                try site.exists(site.snapshotFile("gem-Q4_0.gguf")) && site.exists(site.snapshotFile("a/gem-Q4_0.gguf", commit: CacheSite.second)))
        }
    }

    @Test func `a clean-up asks before each repository which pulls are unfinished, and a removal when no other one runs`() async throws {
        try await CacheSite.run { site in
            for name in ["acme/one", "acme/two"] {
                try site.install(["m-Q4_0.gguf": model], of: name)
                try site.write(other, to: try site.repository(name).blobs.appending(String(repeating: "c", count: 64) + ".roost.incomplete"))
            }
            let hub = try HubConfiguration(environment: ["HOME": site.root.string, "HF_HUB_CACHE": site.cache.root.string])
            let store = ModelStore(hub: hub, home: site.root.appending("home"))
            let asked = Questions()
            let (started, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            // The pull of the second repository begins when the first one has been cleaned up.
            async let collected = store.collect(
                CollectOptions(isDryRun: false, minimumAge: 0),
                pulls: {
                    let count = asked.count(adding: 1)
                    if count == 1 {
                        started.continuation.finish()
                        for await _ in mayEnd.stream {}
                    }
                    return UnfinishedJobs(count == 1 ? [] : [(id: "j1", model: "acme/two")])
                }, loaded: { [] })
            for await _ in started.stream {}
            // It waits for the clean-up, and asks only then.
            let removing = Task {
                try await store.remove(ModelRemoval(ModelSelector(parsing: "acme/one"))) {
                    UnfinishedJobs(asked.count() == 1 ? [] : [(id: "j2", model: "acme/one")])
                }
            }
            mayEnd.continuation.finish()
            let report = try await collected
            #expect(report.removed.map(\.path).allSatisfy { $0.contains("acme--one") } && report.removed.count == 1)
            #expect(report.kept.map(\.path) == ["models--acme--two"] && asked.count() == 3)
            let refused = await #expect(throws: RoostError.self) { _ = try await removing.value }
            #expect(refused?.code == .conflict && refused?.message.contains("j2") == true)
        }
    }

    @Test("a projector stays while a model that is loaded with it is there, goes with the last one, and can be removed alone")
    func projector() async throws {
        let names = ["gem-Q4_0.gguf", "gem-Q8_0.gguf", "mmproj-F16.gguf", "mmproj-BF16.gguf", "README.md"]
        for (removed, rest) in [
            (["Q4_0"], names.filter { $0 != "gem-Q4_0.gguf" }), (["Q4_0", "Q8_0"], []), (["mmproj-F16"], names.filter { $0 != "mmproj-F16.gguf" }),
        ] {
            try await CacheSite.run { site in
                try site.install(Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Fixture.bytes(1000 + $0)) }))
                for name in removed { _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:\(name)"), isDryRun: false) }
                let left = try site.repository().commits().flatMap { try site.repository().entries(of: $0).map(\.path.description) }
                #expect(left.sorted() == rest.sorted(), "\(removed)")
            }
        }
    }

    @Test("content that another revision links to stays when one goes, and its ref goes first")
    func revision() async throws {
        try await CacheSite.run { site in
            let shared = try site.install(["m-Q4_0.gguf": model])[0]
            try site.install(["m-Q4_0.gguf": model, "new.json": [2]], commit: CacheSite.second, ref: "v2")
            _ = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny@main"), isDryRun: false)
            #expect(site.exists(try site.blob(shared)))
            #expect(try site.repository().refs().keys.sorted() == ["v2"])
            #expect(try await site.verifier.verify(nil) == VerifyReport(files: 2, bytes: 100_001, findings: [], unchecked: []))
        }
    }

    @Test("a damaged blob is set aside in one step, and one in use is not")
    func quarantine() async throws {
        try await CacheSite.run { site in
            let file = try site.install(["m-Q4_0.gguf": model])[0]
            try site.damage(site.blob(file), at: 7)
            let finding = try #require(try await site.verifier.verify(nil).findings.first)
            let id = try site.repository().id
            _ = try site.cache.withLockIfFree(blob: file.digest.hex, of: id) {
                #expect(throws: RoostError.self) { _ = try site.cache.quarantine(finding) }
            }
            let aside = try #require(try site.cache.quarantine(finding))
            #expect(try !site.exists(site.blob(file)) && site.exists(FilePath(aside)))
            #expect(try await site.verifier.verify(nil).findings.map(\.problem) == [.missing])
            try site.cache.discard(quarantined: aside)
            #expect(try site.repository().blobNames().isEmpty)
            var foreign = finding
            foreign.location = site.root.appending("elsewhere").string
            #expect(throws: RoostError.self) { _ = try site.cache.quarantine(foreign) }
        }
    }
}
