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

    @Test func `imported folders are remembered, and a damaged list only hides them`() throws {
        let directory = try TemporaryDirectory()
        let stores = OllamaStores(home: directory.path)
        try stores.add("/srv/ollama")
        try stores.add("/srv/other")
        try stores.add("/srv/ollama")
        #expect(OllamaStores(home: directory.path).all.map(\.root) == [directory.path.appending("ollama"), "/srv/other", "/srv/ollama"])
        try directory.write("ollama-stores.json", "{".utf8)
        #expect(OllamaStores(home: directory.path, configured: "/opt/x").all.map(\.root) == [directory.path.appending("ollama"), "/opt/x"])
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
            _ = try await store.remove(ModelRemoval(ModelSelector(parsing: "smollm2:135m")), pulls: UnfinishedJobs([]))
        }
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
        let planned = try await store.remove(ModelRemoval(mine, isDryRun: true), pulls: UnfinishedJobs([]))
        #expect(planned.freedBytes > 9 && own?.entries().count == 1)
        #expect(try await store.remove(ModelRemoval(mine), pulls: UnfinishedJobs([])).freedBytes == planned.freedBytes)
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
}
