import DurableFiles
import Foundation
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelLibrary

/// Other names for models.
@Suite struct AliasStoreTests {
    private func alias(_ name: String, _ model: String = "org/name:Q4_K_M", _ preset: ModelPreset = ModelPreset()) throws -> ModelAlias {
        ModelAlias(name: try ModelReference(parsing: name), model: try ModelReference(parsing: model), preset: preset)
    }

    @Test func `aliases survive a restart, in any case of the letters, with their presets`() throws {
        let directory = try TemporaryDirectory()
        let preset = ModelPreset(
            system: "Be \"brief\".", template: "{{ .Prompt }}",
            parameters: ["temperature": .number(0.2), "stop": .texts(["a", "b"]), "use_mmap": .flag(true), "x": .text("y")])
        try AliasStore(home: directory.path).set(alias("Fast", "org/name:Q4_K_M", preset))
        try AliasStore(home: directory.path).set(alias("team/helper:v1"))
        let store = AliasStore(home: directory.path)
        #expect(try store.all().map(\.name.description) == ["Fast", "team/helper:v1"])
        let found = try store.alias(named: ModelReference(parsing: "fast:latest"))
        #expect(found?.preset == preset && found?.model.description == "org/name:Q4_K_M")
        try store.set(alias("FAST", "org/other"))
        #expect(try store.all().map(\.model.description) == ["org/other", "org/name:Q4_K_M"])
        #expect(try store.remove(ModelReference(parsing: "fast")) != nil && store.remove(ModelReference(parsing: "fast")) == nil)
        #expect(try AliasStore(home: directory.path).all().map(\.name.description) == ["team/helper:v1"])
        #expect(try FileSystem.names(in: directory.path) == ["aliases.json"])
    }

    @Test func `a damaged file is never overwritten, and other names work without it`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("aliases.json", "{\"aliases\":[{".utf8)
        try directory.write("models--org--name/snapshots/\(String(repeating: "a", count: 40))/name-Q4_0.gguf", [1])
        let store = AliasStore(home: directory.path)
        #expect(throws: RoostError.self) { try store.set(alias("x")) }
        let catalog = ModelCatalog(cacheDirectory: directory.path, aliases: store)
        #expect(try catalog.entry(for: ModelReference(parsing: "org/name")).reference.description == "org/name:Q4_0")
        let error = #expect(throws: RoostError.self) { _ = try catalog.entry(for: ModelReference(parsing: "x")) }
        #expect(error?.code == .fileSystem && error?.message.contains("aliases.json") == true)
    }

    @Test func `there is a limit, which a change of one does not reach`() throws {
        let directory = try TemporaryDirectory()
        let list = try (0..<AliasStore.most).map { try alias("a\($0)") }
        try directory.write("aliases.json", JSONEncoder().encode(["aliases": list]))
        let store = AliasStore(home: directory.path)
        let error = #expect(throws: RoostError.self) { try store.set(alias("one-more")) }
        #expect(error?.code == .tooLarge)
        try store.set(alias("a7", "org/other"))
        #expect(try store.alias(named: ModelReference(parsing: "a7"))?.model.description == "org/other")
    }

    @Test func `a name is an alias, else a model, else the only one called so in any organisation`() throws {
        let directory = try TemporaryDirectory()
        let commit = String(repeating: "a", count: 40)
        for (repository, file) in [
            ("org--Tiny-GGUF", "t-Q4_0.gguf"), ("a--twin", "t-Q4_0.gguf"), ("b--twin", "t-Q4_0.gguf"), ("org--solo", "t-Q8_0.gguf"),
        ] {
            try directory.write("models--\(repository)/snapshots/\(commit)/\(file)", [1])
        }
        let store = AliasStore(home: directory.path)
        let catalog = ModelCatalog(cacheDirectory: directory.path, aliases: store)
        func resolve(_ name: String) throws -> String { try catalog.entry(for: ModelReference(parsing: name)).reference.description }
        #expect(try resolve("tiny") == "org/Tiny-GGUF:Q4_0" && resolve("TINY-gguf:latest") == "org/Tiny-GGUF:Q4_0")
        #expect(try resolve("solo:Q8_0") == "org/solo:Q8_0")
        let error = #expect(throws: RoostError.self) { _ = try resolve("twin") }
        #expect(error?.code == .ambiguousModel && error?.message.contains("could mean a/twin, b/twin") == true)
        try store.set(alias("twin", "b/twin"))
        try store.set(alias("solo", "a/twin:Q4_0", ModelPreset(system: "S")))
        #expect(try resolve("twin") == "b/twin:Q4_0" && resolve("solo") == "a/twin:Q4_0" && resolve("org/solo") == "org/solo:Q8_0")
        #expect(try catalog.entry(for: ModelReference(parsing: "Solo")).preset.system == "S")
    }
}
