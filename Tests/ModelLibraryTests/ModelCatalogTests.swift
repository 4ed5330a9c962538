import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelLibrary

@Suite("The models on this machine")
struct ModelCatalogTests {
    private let main = String(repeating: "a", count: 40)
    private let older = String(repeating: "b", count: 40)

    /// A file of the Hub cache: a blob, and a link to it in a snapshot.
    private func add(_ name: String, size: Int, to directory: borrowing TemporaryDirectory, commit: String, repository: String = "models--org--name")
        throws
    {
        let blob = "\(repository)/blobs/\(name.replacing("/", with: "-"))-\(commit.prefix(1))"
        try directory.write(blob, Array(repeating: 1, count: size))
        let link = directory.path.appending("\(repository)/snapshots/\(commit)/\(name)")
        try FileManager.default.createDirectory(atPath: link.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: directory.path.appending(blob).string)
    }

    private func expectNotFound(_ reference: String, in catalog: ModelCatalog, saying words: String) throws {
        let reference = try ModelReference(parsing: reference)
        #expect {
            _ = try catalog.entry(for: reference)
        } throws: { error in
            guard let error = error as? RoostError else { return false }
            return error.code == .modelNotFound && error.message.contains(words) && error.message.contains("roost pull \(reference)")
        }
    }

    @Test("Each quantisation is a model; a name alone means the one that `auto` picks")
    func entries() throws {
        let directory = try TemporaryDirectory()
        for (quantization, size) in [("Q8_0", 30), ("Q4_K_M", 20), ("F16", 40)] {
            try add("name-\(quantization).gguf", size: size, to: directory, commit: main)
        }
        try add("gpt2.gguf", size: 5, to: directory, commit: main, repository: "models--gpt2")
        try add("README.md", size: 5, to: directory, commit: main)
        try directory.write("models--org--name/refs/main", main.utf8)
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        #expect(try catalog.entries().map(\.reference.description) == ["gpt2", "org/name:F16", "org/name:Q4_K_M", "org/name:Q8_0"])
        let entry = try catalog.entry(for: ModelReference(parsing: "org/name"))
        #expect(entry.reference.description == "org/name:Q4_K_M")
        #expect(entry.sizeBytes == 20)
        #expect(entry.modelFile == directory.path.appending("models--org--name/snapshots/\(main)/name-Q4_K_M.gguf"))
        #expect(entry.snapshotPath == directory.path.appending("models--org--name/snapshots/\(main)"))
        #expect(try catalog.entry(for: ModelReference(parsing: "org/name:q8_0")).sizeBytes == 30)
    }

    @Test("A split file counts as one model when all parts are there, and not at all when one is missing")
    func splitFiles() throws {
        let directory = try TemporaryDirectory()
        for part in 1...3 { try add("Q6_K/name-Q6_K-0000\(part)-of-00003.gguf", size: part * 10, to: directory, commit: main) }
        for part in [1, 3] { try add("name-Q8_0-0000\(part)-of-00003.gguf", size: 10, to: directory, commit: main) }
        let entries = try ModelCatalog(cacheDirectory: directory.path).entries()
        #expect(entries.map(\.reference.description) == ["org/name:Q6_K"])
        #expect(entries.first?.sizeBytes == 60)
        #expect(entries.first?.modelFile.lastComponent?.string == "name-Q6_K-00001-of-00003.gguf")
    }

    @Test("A link to a blob that is not there, or to a folder, is no model; a link to a link is")
    func links() throws {
        let directory = try TemporaryDirectory()
        try add("name-Q4_0.gguf", size: 10, to: directory, commit: main)
        try add("name-Q5_0.gguf", size: 10, to: directory, commit: main)
        let blobs = directory.path.appending("models--org--name/blobs")
        try FileManager.default.removeItem(atPath: blobs.appending("name-Q4_0.gguf-a").string)
        let moved = try directory.write("elsewhere/blob", Array(repeating: 1, count: 77))
        try FileManager.default.removeItem(atPath: blobs.appending("name-Q5_0.gguf-a").string)
        try FileManager.default.createSymbolicLink(atPath: blobs.appending("name-Q5_0.gguf-a").string, withDestinationPath: moved.string)
        try FileManager.default.createSymbolicLink(
            atPath: directory.path.appending("models--org--name/snapshots/\(main)/name-Q8_0.gguf").string, withDestinationPath: directory.path.string)
        let entries = try ModelCatalog(cacheDirectory: directory.path).entries()
        #expect(entries.map(\.reference.description) == ["org/name:Q5_0"])
        #expect(entries.first?.sizeBytes == 77)
    }

    @Test("`main` goes before other snapshots, and what only another one holds is found too")
    func severalSnapshots() throws {
        let directory = try TemporaryDirectory()
        try add("name-Q4_0.gguf", size: 10, to: directory, commit: older)
        try add("name-Q8_0.gguf", size: 11, to: directory, commit: older)
        try add("name-Q4_0.gguf", size: 12, to: directory, commit: main)
        try directory.write("models--org--name/refs/main", (main + "\n").utf8)
        let entries = try ModelCatalog(cacheDirectory: directory.path).entries()
        #expect(entries.map(\.sizeBytes) == [12, 11])
    }

    @Test("Two models with one tag are listed by their files, each is found, and a helper beside them is no model")
    func oneTag() throws {
        let directory = try TemporaryDirectory()
        try add("gem-Q8_0.gguf", size: 10, to: directory, commit: main)
        try add("MTP/gem-Q8_0-MTP.gguf", size: 11, to: directory, commit: main)
        try add("mmproj-F16.gguf", size: 12, to: directory, commit: main)
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        #expect(try catalog.entries().map(\.reference.description) == ["org/name:Q8_0"])
        let whole = try catalog.entry(for: ModelReference(parsing: "org/name:Q8_0"))
        #expect(whole.sizeBytes == 22 && whole.projector == whole.snapshotPath.appending("mmproj-F16.gguf"))
        #expect(whole.parts == [whole.modelFile])
        let named = try ModelReference(parsing: "org/name:MTP/gem-Q8_0-MTP")
        let error = try #require(throws: RoostError.self) { try catalog.entry(for: named) }
        #expect(
            error.code == .modelNotFound && error.message.contains("is on this machine and cannot be loaded") && error.message.contains("draft head"))
        try add("other-gem-Q8_0.gguf", size: 13, to: directory, commit: main)
        #expect(try catalog.entries().map(\.reference.description) == ["org/name:gem-Q8_0", "org/name:other-gem-Q8_0"])
        for (name, size) in [("org/name:Q8_0", 22), ("org/name:gem-Q8_0", 22), ("org/name:other-gem-Q8_0", 25), ("org/name", 22)] {
            #expect(try catalog.entry(for: ModelReference(parsing: name)).sizeBytes == Int64(size))
        }
    }

    @Test("A model and its publisher's other recipe of the same quantisation have names of their own")
    func labels() throws {
        let directory = try TemporaryDirectory()
        try add("x-UD-IQ2_M.gguf", size: 10, to: directory, commit: main)
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        // The name that it had before stays good.
        #expect(try catalog.entry(for: ModelReference(parsing: "org/name:IQ2_M")).reference.description == "org/name:UD-IQ2_M")
        try add("x-IQ2_M.gguf", size: 11, to: directory, commit: main)
        #expect(try catalog.entries().map(\.reference.description) == ["org/name:IQ2_M", "org/name:UD-IQ2_M"])
        #expect(try catalog.entry(for: ModelReference(parsing: "org/name:IQ2_M")).sizeBytes == 11)
        #expect(try catalog.entry(for: ModelReference(parsing: "org/name:ud-iq2_m")).sizeBytes == 10)
    }

    @Test("The file's own head decides what its name leaves open, and what is here and no model is said")
    func heads() throws {
        let directory = try TemporaryDirectory()
        let snapshot = "models--org--name/snapshots/\(main)"
        try directory.write("\(snapshot)/my-lora-F16.gguf", ggufBytes(architecture: "llama", type: "adapter"))
        try directory.write("\(snapshot)/empty-Q4_0.gguf", [])
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        #expect(try catalog.entries().isEmpty)
        try expectNotFound("org/name", in: catalog, saying: "\"empty-Q4_0.gguf\" is empty; \"my-lora-F16.gguf\" is an adapter")
        try directory.write("\(snapshot)/merged-lora-Q4_K_M.gguf", ggufBytes(architecture: "llama", type: "model"))
        #expect(try catalog.entries().map(\.reference.description) == ["org/name:Q4_K_M"])
    }

    @Test("What is not here is answered with the way to get it")
    func notFound() throws {
        let directory = try TemporaryDirectory()
        try add("name-Q4_0.gguf", size: 10, to: directory, commit: main)
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        try expectNotFound("org/other", in: catalog, saying: "is not on this machine")
        try expectNotFound("org/name:Q8_0", in: catalog, saying: "only org/name:Q4_0")
    }

    @Test("A cache that does not exist yet holds no models")
    func noCache() throws {
        let directory = try TemporaryDirectory()
        #expect(try ModelCatalog(cacheDirectory: directory.path.appending("none")).entries() == [])
    }

    @Test(
        "A name counts in any case of its letters and without its organisation, when only one repository is meant; what is exactly here comes first")
    func typedNames() throws {
        let directory = try TemporaryDirectory()
        try add("Name-Q8_0.gguf", size: 30, to: directory, commit: main, repository: "models--Org--Name-GGUF")
        try add("a-Q8_0.gguf", size: 5, to: directory, commit: main, repository: "models--one--Twin")
        try add("b-Q8_0.gguf", size: 6, to: directory, commit: main, repository: "models--one--twin")
        try directory.write("models--only--partial/blobs/x.incomplete", [1])
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        for typed in [
            "org/name-gguf", "ORG/NAME-GGUF:q8_0", "name", "NAME:latest", "name-gguf:LATEST",
            "https://huggingface.co/ORG/NAME-GGUF/blob/main/Name-Q8_0.gguf",
        ] {
            #expect(try catalog.entry(for: ModelReference(parsing: typed)).reference.description == "Org/Name-GGUF:Q8_0", "\(typed)")
            #expect(try catalog.named(ModelSelector(parsing: typed), followsAliases: false).repository.description == "Org/Name-GGUF", "\(typed)")
        }
        #expect(try catalog.entry(for: ModelReference(parsing: "one/twin")).sizeBytes == 6)
        #expect(try catalog.entry(for: ModelReference(parsing: "one/Twin")).sizeBytes == 5)
        for typed in ["ONE/TWIN", "twin"] {
            for look in [
                { _ = try catalog.entry(for: ModelReference(parsing: typed)) },
                { _ = try catalog.named(ModelSelector(parsing: typed), followsAliases: true) },
            ] {
                let error = #expect(throws: RoostError.self) { try look() }
                #expect(error?.code == .ambiguousModel && error?.message.contains("could mean one/Twin, one/twin") == true, "\(typed)")
            }
        }
        // A repository without a model can be shown and removed, and not loaded.
        #expect(try catalog.named(ModelSelector(parsing: "PARTIAL"), followsAliases: false).repository.description == "only/partial")
        #expect(throws: RoostError.self) { try catalog.entry(for: ModelReference(parsing: "PARTIAL")) }
    }

    @Test(
        "A name that is nearly one of this machine gets a question, another one none",
        arguments: [
            ("org/nmae-gguf", true), ("org/name", true), ("nome-gguf", true), ("other/Name-GGUF", true), ("zzz/yyy", false),
        ])
    func nearNames(typed: String, isNear: Bool) throws {
        let directory = try TemporaryDirectory()
        try add("Name-Q8_0.gguf", size: 30, to: directory, commit: main, repository: "models--Org--Name-GGUF")
        let catalog = ModelCatalog(cacheDirectory: directory.path)
        let reference = try ModelReference(parsing: typed)
        for look in [
            { _ = try catalog.entry(for: reference) },
            { _ = try catalog.named(ModelSelector(repository: reference.repository), followsAliases: true) },
        ] {
            let error = #expect(throws: RoostError.self) { try look() }
            #expect(error?.message.contains("Did you mean Org/Name-GGUF?") == isNear, "\(error?.message ?? "")")
        }
    }
}
