import DurableFiles
import Foundation
import HubTestSupport
import RoostAPI
import RoostCore
import SystemPackage
import Testing

@testable import HubClient
@testable import ModelLibrary

/// Models that Roost made, beside the Hub cache: verified, removed and cleaned as what they were made of.
@Suite struct ConversionCareTests {
    /// Leaves a model as a conversion does.
    @discardableResult
    private func make(
        _ recipe: String, in site: CacheSite, of repository: String = "acme/tiny", commit: String = CacheSite.first, sources: [RepositoryFile] = [],
        content: [UInt8] = Array(repeating: 9, count: 3000)
    ) throws -> ConversionFolder {
        let (id, hash) = (try RepositoryID(parsing: repository), try #require(CommitHash(hex: commit)))
        let folder = ConversionFolder(
            ConvertedModels(home: site.root.appending("home")), of: id, at: hash, recipe: try #require(QuantizationTag(parsing: recipe)))
        try site.write(content, to: folder.modelFile)
        let file = try Fixture.file("model.gguf", content, isLarge: true)
        try folder.write(
            ConversionReceipt(
                repository: id, commit: hash, recipe: recipe, reason: "asked for", architecture: "LlamaForCausalLM",
                model: .init(path: "model.gguf", size: file.size, digest: file.digest.description),
                sources: sources.map { .init(path: $0.path.description, size: $0.size, digest: $0.digest.description) }, library: nil, notes: [],
                madeAt: Timestamp(Date())))
        return folder
    }

    private let weights: [String: [UInt8]] = ["model.safetensors": Array(repeating: 1, count: 500), "config.json": Array("{}".utf8)]

    @Test func `a verification finds a damaged, a shortened and a missing model that was made, and quarantine sets it aside`() async throws {
        try await CacheSite.run { site in
            try site.install(weights)
            let folder = try make("Q8_0", in: site)
            #expect(try await site.verifier.verify(nil).files == 3)
            try site.damage(folder.modelFile, at: 1000)
            let report = try await site.verifier.verify(ModelSelector(parsing: "acme/tiny:Q8_0"))
            let finding = try #require(report.findings.first)
            #expect(report.findings.count == 1 && finding.problem == .content && finding.recipe == "Q8_0" && finding.path == "Q8_0/model.gguf")
            #expect(try await site.verifier.verify(ModelSelector(parsing: "acme/tiny@\(CacheSite.first)")).findings == [finding])
            let aside = try #require(try site.receipts.quarantine(finding))
            #expect(!site.exists(folder.modelFile) && site.exists(FilePath(aside)))
            try site.cache.discard(quarantined: aside)
            #expect(try await site.verifier.verify(nil).findings.map(\.problem) == [.missing])
            try site.write([1], to: folder.modelFile)
            #expect(try await site.verifier.verify(nil).findings.map(\.problem) == [.size])
            // The file of a new conversion in progress is kept.
            let refused = try folder.lock.holdingIfFree { #expect(throws: RoostError.self) { _ = try site.receipts.quarantine(finding) } }
            #expect(refused??.code == .conflict && site.exists(folder.modelFile))
        }
    }

    @Test func `removing one recipe leaves the weights and the other recipe, removing the model takes everything`() async throws {
        try await CacheSite.run { site in
            try site.install(weights)
            let (eight, four) = (try make("Q8_0", in: site), try make("Q4_K_M", in: site))
            let dry = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:Q8_0"), isDryRun: true)
            #expect(dry.removed.map(\.kind) == [.conversion] && site.exists(eight.modelFile))
            let one = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny:Q8_0"), isDryRun: false)
            #expect(one.removed == dry.removed && one.freedBytes >= 3000)
            #expect(!site.exists(eight.path) && site.exists(four.modelFile))
            #expect(try site.exists(site.snapshotFile("model.safetensors")))
            let all = try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false)
            #expect(all.removed.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.blob, .blob, .conversion, .snapshot])
            #expect(!site.exists(four.path.removingLastComponent().removingLastComponent()))
            #expect(throws: RoostError.self) { try site.cleaner().remove(ModelSelector(parsing: "acme/tiny"), isDryRun: false) }
        }
    }

    @Test func `a model that is being made is not removed`() async throws {
        try await CacheSite.run { site in
            try site.install(weights)
            let folder = try make("Q8_0", in: site)
            let selector = try ModelSelector(parsing: "acme/tiny")
            let refused = try folder.lock.holdingIfFree {
                #expect(throws: RoostError.self) { _ = try site.cleaner().remove(selector, isDryRun: false) }
            }
            #expect(refused??.code == .conflict && site.exists(folder.modelFile))
        }
    }

    @Test func `the lock of a model outlives the model, so that there is no second lock of the same name`() async throws {
        try await CacheSite.run { site in
            try site.install(weights)
            let folder = try make("Q8_0", in: site)
            #expect(try folder.remove() && !site.exists(folder.path))
            let file = site.root.appending("home/models/.locks/acme--tiny/\(CacheSite.first)-Q8_0.lock")
            let identity = try file.stat().inode
            let again = try make("Q8_0", in: site)
            let refused = try folder.lock.holdingIfFree { try again.remove() }
            #expect(refused == false && site.exists(again.modelFile))
            #expect(try again.remove() && file.stat().inode == identity)
            #expect(site.receipts.repositories().map(\.description) == ["acme/tiny"], "only the receipt's")
        }
    }

    @Test func `a clean-up takes old leftovers of conversions and models of superseded commits, and nothing that is in use or young`() async throws {
        try await CacheSite.run { site in
            try site.install(weights, commit: CacheSite.first, ref: nil)
            try site.install(weights.merging(["x.json": [1]]) { $1 }, commit: CacheSite.second)
            let old = try make("Q8_0", in: site, commit: CacheSite.first)
            let current = try make("Q8_0", in: site, commit: CacheSite.second)
            try site.write([1, 2, 3], to: current.path.appending("model.gguf.roost.incomplete"))
            let unfinished = ConversionFolder(
                ConvertedModels(home: site.root.appending("home")), of: current.repository, at: current.commit,
                recipe: try #require(QuantizationTag(parsing: "F16")))
            for name in ["model.gguf.roost.incomplete", "model.gguf.roost.journal", "run.json", ".lock"] {
                try site.write([7], to: unfinished.path.appending(name))
            }
            #expect(try site.cleaner(after: 1).collect(CollectOptions(isDryRun: false)).removed.isEmpty)
            let options = CollectOptions(isDryRun: true, includesRevisions: true)
            let guarded = CacheCleaner(
                cache: site.cache, receipts: site.receipts, snapshotsInUse: [old.path.removingLastComponent()],
                now: Date(timeIntervalSinceNow: 200_000))
            #expect(try guarded.collect(options).kept.map(\.reason) == ["an engine uses it"])
            #expect(try site.cleaner(keeping: { _ in "a pull" }).collect(options).removed.isEmpty)
            let dry = try site.cleaner().collect(options)
            let real = try site.cleaner().collect(CollectOptions(isDryRun: false, includesRevisions: true))
            #expect(dry.lines == real.lines)
            #expect(real.removed.filter { $0.kind == .conversion }.map(\.path) == [old.path.string])
            #expect(
                real.removed.filter { $0.kind == .partial }.map(\.path).sorted()
                    == [unfinished.path.string, current.path.appending("model.gguf.roost.incomplete").string].sorted())
            #expect(site.exists(current.modelFile) && !site.exists(unfinished.path) && !site.exists(old.path))
        }
    }

    @Test func `the detail tells how a model was made, and when its sources are gone`() async throws {
        try await CacheSite.run { site in
            let sources = try site.install(weights)
            try make("Q8_0", in: site, sources: sources)
            let selector = try ModelSelector(parsing: "acme/tiny")
            let detail = try site.cache.detail(of: selector, receipts: site.receipts, models: [])
            #expect(detail.conversions.map(\.model) == ["acme/tiny:Q8_0"] && detail.conversions[0].hasSources)
            #expect(detail.conversions[0].receipt?.sources.count == 2 && detail.sizeBytes == 3502)
            try FileSystem.removeTree(site.repository().folder)
            let alone = try site.cache.detail(of: selector, receipts: site.receipts, models: [])
            #expect(alone.revisions.isEmpty && !alone.conversions[0].hasSources && alone.sizeBytes == 3000)
            #expect(throws: RoostError.self) {
                try site.cache.detail(of: ModelSelector(parsing: "acme/tiny:F16"), receipts: site.receipts, models: [])
            }
        }
    }
}
