import Foundation
import NIOCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// The files of stored prompts.
@Suite struct PromptFolderTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var model: FilePath { directory.path.appending("model.gguf") }

    private func folder(limit: Int64 = 1 << 20) -> PromptFolder { PromptFolder(path: directory.path.appending("prompts"), limit: limit) }

    private func store(_ name: String, bytes: Int, in folder: PromptFolder, for key: String) throws -> StoredPrompt {
        let path = folder.folder(for: key).appending(name)
        try Data(count: bytes).write(to: URL(fileURLWithPath: path.string))
        return StoredPrompt(
            prompt: PromptOutline(ByteBuffer(string: String(repeating: name, count: 100))), tokens: 10, file: name, bytes: Int64(bytes))
    }

    private func names(_ folder: PromptFolder, _ key: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.folder(for: key).string))
    }

    @Test func `prompts are found again by the same model, engine and options, and by no others`() async throws {
        let folder = folder()
        #expect(try await folder.open(for: "one").isEmpty)
        let prompts = [try store("1-1.prompt", bytes: 100, in: folder, for: "one"), try store("1-2.prompt", bytes: 200, in: folder, for: "one")]
        #expect(try await folder.write(prompts, for: "one", of: model) == prompts)
        #expect(try await folder.open(for: "one") == prompts)
        #expect(try await folder.open(for: "two").isEmpty)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.folder(for: "one").string)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func `files without an entry are deleted, and entries without their file are forgotten`() async throws {
        let folder = folder()
        _ = try await folder.open(for: "one")
        let kept = try store("1-1.prompt", bytes: 100, in: folder, for: "one")
        let changed = try store("1-2.prompt", bytes: 100, in: folder, for: "one")
        _ = try await folder.write([kept, changed], for: "one", of: model)
        _ = try store("1-2.prompt", bytes: 50, in: folder, for: "one")
        _ = try store("left.prompt", bytes: 50, in: folder, for: "one")
        #expect(try await folder.open(for: "one") == [kept])
        #expect(try names(folder, "one") == ["1-1.prompt", "prompts.json"])
    }

    @Test(arguments: ["", "{", #"{"key":"one","prompts":[{"prompt":{"sums":[]},"tokens":1,"file":"../../x","bytes":1}]}"#])
    func `a list that is broken or names other files is the same as none`(list: String) async throws {
        let folder = folder()
        _ = try await folder.open(for: "one")
        let path = folder.folder(for: "one").appending("prompts.json")
        try Data(list.utf8).write(to: URL(fileURLWithPath: path.string))
        #expect(try await folder.open(for: "one").isEmpty)
    }

    @Test func `the oldest files of all models are deleted beyond the limit`() async throws {
        let folder = folder(limit: 250)
        for key in ["one", "two"] { _ = try await folder.open(for: key) }
        let old = try store("1-1.prompt", bytes: 100, in: folder, for: "one")
        _ = try await folder.write([old], for: "one", of: model)
        let path = folder.folder(for: "one").appending("1-1.prompt").string
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
        let new = try store("2-1.prompt", bytes: 200, in: folder, for: "two")
        #expect(try await folder.write([new], for: "two", of: model) == [new])
        #expect(try await folder.open(for: "one").isEmpty)
        #expect(try await !folder.hasRoom(for: 126))
        #expect(try await folder.hasRoom(for: 125))
    }

    @Test func `an engine has a bounded number of files`() async throws {
        let folder = folder()
        _ = try await folder.open(for: "one")
        let prompts = try (0..<40).map { try store("\($0).prompt", bytes: 1, in: folder, for: "one") }
        let kept = try await folder.write(prompts, for: "one", of: model)
        #expect(kept.count == 16 && kept.last == prompts.last)
        #expect(try names(folder, "one").count == 17)
    }

    @Test func `prompts of a model that was removed are deleted, and those of others stay`() async throws {
        let folder = folder()
        let other = directory.path.appending("other.gguf")
        for file in [model, other] { try Data("x".utf8).write(to: URL(fileURLWithPath: file.string)) }
        for (key, file) in [("one", model), ("two", other)] {
            _ = try await folder.open(for: key)
            let prompt = try store("1-1.prompt", bytes: 100, in: folder, for: key)
            #expect(try await folder.write([prompt], for: key, of: file) == [prompt])
        }
        try FileManager.default.removeItem(atPath: model.string)
        try await folder.removeOfMissingModels()
        #expect(!FileManager.default.fileExists(atPath: folder.folder(for: "one").string))
        #expect(try names(folder, "two") == ["1-1.prompt", "prompts.json"])
    }
}
