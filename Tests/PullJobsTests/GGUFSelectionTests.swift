import Foundation
import HubClient
import RoostAPI
import RoostCore
import RoostServer
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror
@testable import ModelLibrary
@testable import PullJobs

/// Which of a repository's GGUF files is the model: pulls from a real mirror, of files with real heads.
@Suite struct GGUFSelectionTests {
    private func preview(_ model: String, of files: [String: [UInt8]]) async throws -> PullPreview {
        try await withTemporaryDirectory { root in
            for (name, content) in files {
                let path = root.appending("hub/a/b").appending(name)
                try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data(content).write(to: URL(fileURLWithPath: path.string))
            }
            let mirror = HubMirror.Configuration(directory: root.appending("hub"), port: 0)
            return try await withRunningService { ready in
                HubMirror(configuration: mirror, logger: PullWorkerTests.quiet, onRunning: ready)
            } _: { (port: Int) in
                let hub = HubClient(
                    configuration: HubConfiguration(
                        endpoint: try HubEndpoint(parsing: "http://127.0.0.1:\(port)"), token: nil, cacheDirectory: root.appending("cache")),
                    logger: PullWorkerTests.quiet)
                let planner = PullPlanner(hub: hub, conversions: nil, bytesPerSecond: nil)
                do {
                    let preview = try await planner.preview(NewPull(model: ModelReference(parsing: model)))
                    try await hub.shutdown()
                    return preview
                } catch {
                    try await hub.shutdown()
                    throw error
                }
            }
        }
    }

    private func plan(
        _ names: [String], skipped: [SkippedFile] = [], allow: [String]? = nil, ignore: [String]? = nil
    ) async throws -> ModelPlan {
        let endpoint = try HubEndpoint(parsing: "http://127.0.0.1:1")
        let hub = HubClient(
            configuration: HubConfiguration(endpoint: endpoint, token: nil, cacheDirectory: "/nonexistent"), logger: PullWorkerTests.quiet)
        let commit = try #require(CommitHash(hex: String(repeating: "a", count: 40)))
        let reference = try ModelReference(parsing: "a/b")
        let files = try names.map {
            RepositoryFile(path: try RepositoryFilePath(parsing: $0), size: 5, digest: .sha256(String(repeating: "b", count: 64)))
        }
        let resolved = ResolvedRepository(
            revision: ResolvedRevision(repository: reference.repository, revision: "main", commit: commit), files: files, skipped: skipped)
        do {
            let plan = try await ModelPlanner(hub: hub, conversions: nil).plan(
                reference, policy: .auto, patterns: FilePatterns(allow: allow, ignore: ignore), from: resolved)
            try await hub.shutdown()
            return plan
        } catch {
            try await hub.shutdown()
            throw error
        }
    }

    @Test func `what cannot be stored is left out and said, and only where it would have been taken`() async throws {
        let skipped = ["n\n.json", "picture\u{1}.png"].map { SkippedFile(name: $0, reason: "its name has a control character") }
        let names = ["m-Q4_K_M.gguf", "README.md"]
        let usual = try await plan(names, skipped: skipped)
        #expect(usual.files.count == 2 && !usual.isWholeRepository)
        #expect(usual.notes == ["Left out: \"n\\n.json\", as its name has a control character."])
        #expect(try await plan(names, skipped: skipped, allow: ["*.gguf"]).notes.isEmpty)
        #expect(try await plan(names, skipped: []).isWholeRepository)
        let error = try #require(await #expect(throws: RoostError.self) { _ = try await plan(names, skipped: skipped, allow: ["*.png"]) })
        #expect(error.code == .entryNotFound && error.message.contains("picture\\u{"), "\(error.message)")
    }

    private let model = ggufBytes(architecture: "llama", type: "model")
    private let draft = ggufBytes(architecture: "gemma4-assistant", type: "model")
    private let adapter = ggufBytes(architecture: "llama", type: "adapter")

    @Test(arguments: ["a/b", "a/b:Q8_0", "a/b:gem-x-Q8_0", "a/b:gem-x-Q8_0.gguf"])
    func `a draft head with the model's tag is not taken for it, by its name or by its head`(name: String) async throws {
        let files = ["gem-x-Q8_0.gguf": model, "MTP/gem-x-Q8_0-MTP.gguf": model, "a-Q8_0.gguf": draft, "README.md": [1]]
        let preview = try await preview(name, of: files)
        #expect(preview.files.map(\.path).sorted() == ["README.md", "gem-x-Q8_0.gguf"] && preview.model == "a/b:Q8_0" && preview.offered == ["Q8_0"])
    }

    @Test func `two models with one tag get names that pull each of them`() async throws {
        let files = ["gem-Q8_0.gguf": model, "other-gem-Q8_0.gguf": model, "sub/gem-Q8_0.gguf": model]
        for (name, file) in [("a/b:Q8_0", "gem-Q8_0"), ("a/b:other-gem-Q8_0", "other-gem-Q8_0"), ("a/b:sub/gem-Q8_0", "sub/gem-Q8_0")] {
            let preview = try await preview(name, of: files)
            #expect(preview.files.map(\.path) == ["\(file).gguf"] && preview.model == "a/b:\(file)")
            #expect(preview.offered == ["gem-Q8_0", "other-gem-Q8_0", "sub/gem-Q8_0"])
        }
        #expect(try await preview("a/b:Q8_0", of: files).reason.contains("Q8_0 could also mean \"other-gem-Q8_0\", \"sub/gem-Q8_0\""))
    }

    @Test func `a model with a suspicious name is one, and an adapter with the tag of a model is none`() async throws {
        let preview = try await preview("a/b", of: ["m-imatrix-Q4_K_M.gguf": model])
        #expect(preview.model == "a/b:Q4_K_M" && preview.memory.neededBytes > 0)
        let error = try #require(await #expect(throws: RoostError.self) { try await self.preview("a/b", of: ["my-lora-F16.gguf": adapter]) })
        #expect(error.code == .unsupportedModel && error.message.contains("\"my-lora-F16.gguf\" is an adapter"), "\(error.message)")
    }

    @Test func `an empty file and a split one with a missing part are said, and not pulled`() async throws {
        let files = ["m-Q4_K_M.gguf": [], "n-Q8_0-00001-of-00002.gguf": model]
        let error = try #require(await #expect(throws: RoostError.self) { try await preview("a/b", of: files) })
        #expect(error.message.contains("\"m-Q4_K_M.gguf\" is empty; \"n-Q8_0\" is split into 2 parts, and part 2 is missing"), "\(error.message)")
    }

    @Test func `one projector is pulled with the model, counted with it and said, unless it is left out`() async throws {
        let names = ["gem-Q4_K_M.gguf", "gem-Q8_0.gguf", "mmproj-BF16.gguf", "mmproj-F16.gguf", "README.md"]
        let usual = try await plan(names)
        #expect(usual.files.map(\.path.description).sorted() == ["README.md", "gem-Q4_K_M.gguf", "mmproj-F16.gguf"])
        #expect(usual.projector?.description == "mmproj-F16.gguf" && usual.sizeBytes == 10 && usual.modelBytes == 10 && usual.isQuantized)
        #expect(usual.reference.description == "a/b:Q4_K_M" && usual.notes.count == 1 && usual.notes[0].contains("--no-projector"))
        let blind = try await plan(names, ignore: [FilePatterns.projectors])
        #expect(blind.files.map(\.path.description).sorted() == ["README.md", "gem-Q4_K_M.gguf"] && blind.projector == nil && blind.notes.isEmpty)
        let named = try await plan(names, allow: ["*Q8_0.gguf"])
        #expect(named.files.map(\.path.description) == ["gem-Q8_0.gguf"] && named.notes.isEmpty)
        #expect(try await plan(["gem-Q8_0.gguf", "MMPROJ-F16.gguf"], ignore: [FilePatterns.projectors]).files.count == 1)
    }
}
