import DurableFiles
import Foundation
import Hashing
import HubClient
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelLibrary

/// Folders in Ollama's layout, good and hostile.
@Suite struct OllamaStoreTests {
    /// Writes a blob and returns its layer.
    private func layer(_ kind: String, _ content: String, in directory: borrowing TemporaryDirectory, size: Int? = nil) throws -> String {
        let digest = SHA256.hash(data: Array(content.utf8)).hexadecimal
        try directory.write("blobs/sha256-\(digest)", content.utf8)
        return #"{"mediaType":"application/vnd.ollama.image.\#(kind)","digest":"sha256:\#(digest)","size":\#(size ?? content.utf8.count)}"#
    }

    private func write(_ name: String, _ layers: [String], to directory: borrowing TemporaryDirectory) throws {
        let config =
            #"{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"sha256:\#(String(repeating: "c", count: 64))","size":1}"#
        let json = #"{"schemaVersion":2,"mediaType":"x","config":\#(config),"layers":[\#(layers.joined(separator: ","))]}"#
        try directory.write("manifests/\(name)", json.utf8)
    }

    @Test func `models are served where they are, with projector, system prompt and parameters`() throws {
        let directory = try TemporaryDirectory()
        let model = try layer("model", "GGUF weights", in: directory)
        try write(
            "registry.ollama.ai/library/smollm2/135m",
            [
                model, try layer("projector", "GGUF eyes", in: directory), try layer("system", "Be brief.", in: directory),
                try layer("params", #"{"stop":["<|im_end|>"],"temperature":0.2,"num_ctx":4096}"#, in: directory),
                try layer("template", "{{ .Prompt }}", in: directory), try layer("license", "MIT", in: directory),
            ], to: directory)
        try write("registry.ollama.ai/ada/mine/latest", [model], to: directory)
        try write("hf.co/org/name/Q4_K_M", [model], to: directory)
        let store = OllamaStore(root: directory.path)
        #expect(store.entries().map(\.reference.description) == ["ada/mine", "org/name:Q4_K_M", "smollm2:135m"])
        let entry = try #require(store.model(named: ModelReference(parsing: "smollm2")).flatMap(store.entry))
        #expect(entry.reference.description == "smollm2:135m" && entry.origin == .ollama && entry.sizeBytes == 21)
        #expect(FileManager.default.contents(atPath: entry.modelFile.string) == Data("GGUF weights".utf8) && entry.projector != nil)
        #expect(entry.preset.system == "Be brief." && entry.preset.parameters?["stop"] == .texts(["<|im_end|>"]))
        #expect(entry.preset.parameters?["num_ctx"] == .number(4096) && entry.preset.template == "{{ .Prompt }}")
        // Engines may read this folder.
        #expect(entry.snapshotPath == directory.path.appending("manifests/registry.ollama.ai/library/smollm2"))
        let catalog = ModelCatalog(
            cacheDirectory: directory.path.appending("none"), ollama: OllamaStores(home: directory.path.appending("home"), configured: directory.path)
        )
        #expect(try catalog.entries().map(\.reference.description) == ["ada/mine", "org/name:Q4_K_M", "smollm2:135m"])
        #expect(try catalog.entry(for: ModelReference(parsing: "smollm2:135m")).modelFile == entry.modelFile)
    }

    @Test func `a manifest that lies leads nowhere`() throws {
        let directory = try TemporaryDirectory()
        let good = try layer("model", "GGUF weights", in: directory)
        let hostile: [(String, [String])] = [
            ("short", [try layer("model", "GGUF other", in: directory, size: 99)]), ("two", [good, try layer("model", "GGUF more", in: directory)]),
            ("path", [#"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../../etc/passwd","size":1}"#]),
            ("absent", [#"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\#(String(repeating: "0", count: 64))","size":1}"#]),
            ("adapter", [good, try layer("adapter", "lora", in: directory)]), ("many", Array(repeating: good, count: 300)),
            ("negative", [good.replacing(/"size":\d+/, with: "\"size\":-1")]),
        ]
        for (name, layers) in hostile { try write("registry.ollama.ai/library/\(name)/latest", layers, to: directory) }
        try directory.write("manifests/registry.ollama.ai/library/huge/latest", Array(repeating: UInt8(ascii: " "), count: 300 << 10))
        try directory.write("manifests/registry.ollama.ai/library/text/latest", "no".utf8)
        try directory.write("manifests/elsewhere.example/library/foreign/latest", "{}".utf8)
        try write("registry.ollama.ai/library/-bad/latest", [good], to: directory)
        // A blob that is a link to a file elsewhere.
        let target = SHA256.hash(data: Array("elsewhere".utf8)).hexadecimal
        try directory.write("secret", "elsewhere".utf8)
        try FileManager.default.createSymbolicLink(
            atPath: directory.path.appending("blobs/sha256-\(target)").string, withDestinationPath: directory.path.appending("secret").string)
        try write(
            "registry.ollama.ai/library/link/latest",
            [#"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\#(target)","size":9}"#], to: directory)
        #expect(OllamaStore(root: directory.path).entries() == [])
        for (name, _) in hostile {
            let store = OllamaStore(root: directory.path)
            #expect(try store.model(named: ModelReference(parsing: name)).flatMap(store.entry) == nil, "\(name)")
        }
    }

    @Test func `a check hashes every file once and names the damaged one`() throws {
        let directory = try TemporaryDirectory()
        let good = try layer("model", "GGUF weights", in: directory)
        try write("registry.ollama.ai/library/good/latest", [good], to: directory)
        let damaged = try layer("model", "GGUF damaged", in: directory)
        try write("registry.ollama.ai/library/bad/latest", [damaged], to: directory)
        let digest = SHA256.hash(data: Array("GGUF damaged".utf8)).hexadecimal
        try directory.write("blobs/sha256-\(digest)", "GGUF dAmaged".utf8)
        let check = try OllamaStore(root: directory.path).check { _ in }
        #expect(check.models.map(\.model) == ["bad", "good"] && check.models[1].fault == nil)
        #expect(check.models[0].fault?.contains("is damaged") == true && check.models[0].fault?.contains(digest) == true)
        let error = #expect(throws: RoostError.self) { _ = try OllamaStore(root: directory.path.appending("blobs")).check { _ in } }
        #expect(error?.code == .notFound)
    }

    @Test func `sizes of any number are added without a trap`() throws {
        let directory = try TemporaryDirectory()
        let huge = String(repeating: "0", count: 64)
        func layer(_ size: Int64) -> String { #"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\#(huge)","size":\#(size)}"# }
        try write("registry.ollama.ai/library/huge/latest", Array(repeating: layer(.max), count: 2), to: directory)
        try write("registry.ollama.ai/library/large/latest", Array(repeating: layer(1 << 50), count: 256), to: directory)
        let check = try OllamaStore(root: directory.path).check { _ in }
        #expect(check.models.map(\.model) == ["large"] && check.models[0].size == 1 << 58 && check.models[0].fault != nil)
    }

    @Test(arguments: [("q4_K_M", "Q4_K_M"), ("fp16", "F16"), ("fp16", "fp16"), ("v2.gguf", "v2"), ("Instruct-v2", "instruct-V2"), ("135m", "135M")])
    func `a tag is found by the name that the list gives it, and in any case of its letters`(tag: String, typed: String) throws {
        let directory = try TemporaryDirectory()
        let model = try layer("model", "GGUF weights", in: directory)
        for other in [tag, "other"] { try write("registry.ollama.ai/library/name/\(other)", [model], to: directory) }
        let store = OllamaStore(root: directory.path)
        let listed = try #require(store.models().first { $0.manifestFile.lastComponent?.string == tag }?.reference)
        // One name for one file: it is loaded once.
        for reference in [listed, try ModelReference(parsing: "name:\(typed)"), try ModelReference(parsing: "name:\(tag)")] {
            #expect(store.model(named: reference)?.reference == listed, "\(reference)")
        }
        for absent in ["name:absent", "name"] { #expect(try store.model(named: ModelReference(parsing: absent)) == nil) }
    }

    @Test func `imported folders are remembered, and a damaged list only hides them`() throws {
        let directory = try TemporaryDirectory()
        let stores = OllamaStores(home: directory.path)
        try stores.add("/srv/ollama")
        try stores.add("/srv/other")
        try stores.add("/srv/ollama")
        #expect(OllamaStores(home: directory.path).all.map(\.root) == [directory.path.appending("ollama"), "/srv/other", "/srv/ollama"])
        try directory.write("ollama-stores.json", "{".utf8)
        #expect(OllamaStores(home: directory.path, configured: "/opt/x").all.map(\.root) == [directory.path.appending("ollama"), "/opt/x"])
        let refused = #expect(throws: RoostError.self) { try stores.add("/srv/third") }
        #expect(
            refused?.code == .fileSystem
                && FileManager.default.contents(atPath: directory.path.appending("ollama-stores.json").string) == Data("{".utf8))
        try FileSystem.remove(directory.path.appending("ollama-stores.json"))
        let held: RoostError? =
            try FileLock(directory.path.appending("ollama-stores.json.lock")).holdingIfFree {
                #expect(throws: RoostError.self) { try stores.add("/srv/third") }
            } ?? nil
        #expect(held?.code == .conflict)
    }

    @Test func `a model of a store is shown; Roost's own can be removed, and Ollama's not`() async throws {
        let (directory, home) = (try TemporaryDirectory(), try TemporaryDirectory())
        try write("registry.ollama.ai/library/smollm2/135m", [try layer("model", "GGUF weights", in: directory)], to: directory)
        let hub = try HubConfiguration(environment: ["HOME": home.path.string, "HF_HUB_CACHE": home.path.appending("hub").string])
        let store = ModelStore(hub: hub, home: home.path, ollamaModels: directory.path)
        let selector = try ModelSelector(parsing: "absent:135m")
        let detail = try await store.detail(of: ModelSelector(parsing: "smollm2"), loaded: [], pulls: UnfinishedJobs([]))
        #expect(detail.model == "smollm2:135m" && detail.sizeBytes == 12 && detail.models.map(\.model) == ["smollm2:135m"])
        #expect(
            detail.revisions.isEmpty
                && detail.path == directory.path.appending("blobs").string + "/"
                    + "sha256-\(SHA256.hash(data: Array("GGUF weights".utf8)).hexadecimal)"
        )
        let refused = await #expect(throws: RoostError.self) {
            _ = try await store.remove(ModelRemoval(ModelSelector(parsing: "smollm2:135m"))) { UnfinishedJobs([]) }
        }
        let unverified = await #expect(throws: RoostError.self) {
            _ = try await store.verify(ModelSelector(parsing: "smollm2:135m")) { _ in }
        }
        #expect(unverified?.code == .invalidRequest && unverified?.message.contains("roost import ollama") == true)
        #expect(refused?.code == .conflict && refused?.message.contains("`ollama rm smollm2:135m`") == true)
        let unknown = await #expect(throws: RoostError.self) { _ = try await store.detail(of: selector, loaded: [], pulls: UnfinishedJobs([])) }
        #expect(unknown?.code == .modelNotFound)
        let own = store.catalog.ollama?.own
        let writer = try OllamaBlobWriter(in: #require(own), sha256: SHA256.hash(data: Array("GGUF mine".utf8)).hexadecimal)
        try writer.write(Array("GGUF mine".utf8))
        try writer.finish()
        try own?.create(
            ModelReference(parsing: "mine"), model: SHA256.hash(data: Array("GGUF mine".utf8)).hexadecimal, projector: nil, preset: ModelPreset())
        let mine = try ModelSelector(parsing: "mine")
        let planned = try await store.remove(ModelRemoval(mine, isDryRun: true)) { UnfinishedJobs([]) }
        #expect(planned.freedBytes > 9 && own?.entries().count == 1)
        #expect(try await store.remove(ModelRemoval(mine), pulls: { UnfinishedJobs([]) }).freedBytes == planned.freedBytes)
        #expect(own?.entries().isEmpty == true)
    }

    @Test func `a blob has its name only when its digest is right, and a model's files go with the last model`() throws {
        let directory = try TemporaryDirectory()
        let store = OllamaStore(root: directory.path)
        let digest = SHA256.hash(data: Array("GGUF weights".utf8)).hexadecimal
        for bytes in ["GGUF weightz", "GGUF"] {
            let writer = try OllamaBlobWriter(in: store, sha256: digest)
            try writer.write(Array(bytes.utf8))
            #expect(throws: RoostError.self) { try writer.finish() }
        }
        #expect(try FileSystem.names(in: directory.path.appending("blobs")) == [])
        let writer = try OllamaBlobWriter(in: store, sha256: digest)
        for part in ["GGUF ", "weights"] { try writer.write(Array(part.utf8)) }
        try writer.finish()
        let (first, second) = (try ModelReference(parsing: "mine"), try ModelReference(parsing: "ada/other:v1"))
        let preset = ModelPreset(system: "S", parameters: ["temperature": .number(0.5)])
        try store.create(first, model: digest, projector: nil, preset: preset)
        try store.create(second, model: digest, projector: nil, preset: ModelPreset())
        #expect(store.entries().map(\.reference) == [second, first] && store.model(named: first).flatMap(store.entry)?.preset == preset)
        #expect(try store.remove(first, isDryRun: true) != nil && store.entries().count == 2)
        #expect(try store.remove(first) != nil && store.remove(first) == nil && store.entries().map(\.reference) == [second])
        let (planned, removed) = (try store.remove(second, isDryRun: true), try store.remove(second))
        #expect(planned?.removed == removed?.removed && removed?.removed.map(\.path).contains(store.blob(digest).string) == true)
        #expect(try FileSystem.names(in: directory.path.appending("blobs")) == [])
        let error = #expect(throws: RoostError.self) { try store.create(first, model: digest, projector: nil, preset: preset) }
        #expect(error?.code == .notFound)
    }

    /// Sends a file as a client does.
    private func send(_ content: String, to store: OllamaStore) throws -> String {
        let digest = SHA256.hash(data: Array(content.utf8)).hexadecimal
        let writer = try OllamaBlobWriter(in: store, sha256: digest)
        try writer.write(Array(content.utf8))
        try writer.finish()
        return digest
    }

    @Test func `no file of a model goes while a manifest cannot be read, or has it under another host`() throws {
        let directory = try TemporaryDirectory()
        let store = OllamaStore(root: directory.path)
        let (mine, other) = (try ModelReference(parsing: "mine"), try ModelReference(parsing: "other"))
        let digest = try send("GGUF weights", to: store)
        func create() throws { for name in [mine, other] { try store.create(name, model: digest, projector: nil, preset: ModelPreset()) } }
        try create()
        try directory.write("manifests/registry.ollama.ai/library/third/latest", "damaged".utf8)
        let kept = try #require(try store.remove(mine))
        #expect(kept.removed.isEmpty && store.model(named: mine) == nil)
        let last = try #require(try store.remove(other))
        #expect(last.removed.isEmpty && last.kept.map(\.path).contains(store.blob(digest).string) && last.kept[0].reason.contains("third/latest"))
        try create()
        try FileSystem.removeTree(directory.path.appending("manifests/registry.ollama.ai/library/third"))
        try write(
            "elsewhere.example/team/model/v1", [#"{"mediaType":"application/x","digest":"sha256:\#(digest)","size":12}"#], to: directory)
        _ = try store.remove(mine)
        #expect(
            try store.remove(other)?.removed.map(\.path).contains(store.blob(digest).string) == false
                && store.isComplete(.init(kind: nil, sha256: digest, size: 12)))
    }

    @Test func `a model that is made again leaves no files of the earlier one, and a clean-up takes what uploads have left`() async throws {
        let home = try TemporaryDirectory()
        let hub = try HubConfiguration(environment: ["HOME": home.path.string, "HF_HUB_CACHE": home.path.appending("hub").string])
        let models = ModelStore(hub: hub, home: home.path)
        let store = try #require(models.catalog.ollama?.own)
        let mine = try ModelReference(parsing: "mine")
        let (first, second, unnamed, young) = (
            try send("GGUF one", to: store), try send("GGUF two", to: store), try send("GGUF three", to: store), try send("GGUF four", to: store)
        )
        try store.create(mine, model: first, projector: nil, preset: ModelPreset(system: "S"))
        try store.create(mine, model: second, projector: nil, preset: ModelPreset(system: "S"))
        #expect(FileSystem.size(of: store.blob(first)) == nil && store.entries().map(\.preset.system) == ["S"])
        try home.write("ollama/blobs/.roost-1.tmp", "GGUF".utf8)
        try home.write("ollama/blobs/.roost-2.tmp", "GGUF".utf8)
        let yesterday = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -90_000)]
        for file in [store.blob(second), store.blob(unnamed), home.path.appending("ollama/blobs/.roost-1.tmp")] {
            try FileManager.default.setAttributes(yesterday, ofItemAtPath: file.string)
        }
        func collect(isDryRun: Bool) async throws -> CacheCleanup {
            try await models.collect(CollectOptions(isDryRun: isDryRun, minimumAge: 0), pulls: { UnfinishedJobs([]) }, loaded: { [] })
        }
        let planned = try await collect(isDryRun: true)
        #expect(planned.lines == ["blob \(store.blob(unnamed))", "temporary \(home.path.appending("ollama/blobs/.roost-1.tmp"))"])
        #expect(try await collect(isDryRun: false).lines == planned.lines)
        #expect(FileSystem.size(of: store.blob(unnamed)) == nil && FileSystem.size(of: store.blob(young)) == 9 && store.entries().count == 1)
        #expect(FileSystem.size(of: home.path.appending("ollama/blobs/.roost-2.tmp")) == 4)
    }
}
