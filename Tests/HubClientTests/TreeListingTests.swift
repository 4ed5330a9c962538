import Foundation
import RoostCore
import Testing

@testable import HubClient

@Suite struct TreeListingTests {
    private static let sha1 = String(repeating: "a", count: 40)
    private static let sha256 = String(repeating: "b", count: 64)

    private static func entry(_ path: String, size: String = "1", extra: String = "") -> String {
        let name = String(decoding: (try? JSONEncoder().encode(path)) ?? Data(), as: UTF8.self)
        return "{\"type\":\"file\",\"path\":\(name),\"size\":\(size),\"oid\":\"\(sha1)\"\(extra)}"
    }

    private func add(_ json: String, to listing: inout TreeListing) throws {
        var page = try listing.beginPage()
        try listing.add(try page.read(json.utf8))
        try page.finish()
    }

    private func listing(_ entries: String...) throws -> [RepositoryFile] { try checked(entries).files }

    private func checked(_ entries: [String], ignoresCase: Bool = false) throws -> HubListing {
        var listing = TreeListing()
        try add("[\(entries.joined(separator: ","))]", to: &listing)
        return try listing.checked { ignoresCase }
    }

    @Test func largeFilesAreNamedBySHA256AndOthersByGitHash() throws {
        let large = ",\"xetHash\":\"\(Self.sha256)\",\"lfs\":{\"oid\":\"\(Self.sha256)\",\"size\":9,\"pointerSize\":134}"
        let files = try listing(
            Self.entry("a.json"), "{\"type\":\"directory\",\"path\":\"../sub\",\"oid\":\"\(Self.sha1)\",\"size\":0}",
            Self.entry("sub/m.gguf", size: "9", extra: large))
        #expect(files.map(\.path.description) == ["a.json", "sub/m.gguf"])
        #expect(files.map(\.digest) == [.gitSHA1(Self.sha1), .sha256(Self.sha256)])
        #expect(files.map(\.size) == [1, 9])
    }

    @Test func sizesThatAddUpToMoreThanAnExabyteRefuseTheWholeList() throws {
        let entries = (1...9).map { Self.entry("m-0000\($0)-of-00009.gguf", size: "1152921504606846976") }
        var listing = TreeListing()
        try add("[\(entries.joined(separator: ","))]", to: &listing)
        let error = #expect(throws: RoostError.self) { try listing.checked { false } }
        #expect(error?.code == .hubProtocolViolation)
    }

    @Test(arguments: [
        "../x", "/abs", "a/../b", "a/./b", "a\u{0}b", "", "a//b", "a/", "..", ".", "a\n/../b",
    ])
    func unsafeNamesRefuseTheWholeList(name: String) throws {
        let error = try #require(throws: RoostError.self) { try listing(Self.entry("ok"), Self.entry(name)) }
        #expect(error.code == .hubProtocolViolation)
    }

    @Test(arguments: ["-1", "1152921504606846977", "9223372036854775807"])
    func impossibleSizesRefuseTheWholeList(size: String) throws {
        let error = try #require(throws: RoostError.self) { try listing(Self.entry("x", size: size)) }
        #expect(error.code == .hubProtocolViolation)
    }

    @Test(arguments: [
        "{\"type\":\"file\",\"path\":\"x\",\"size\":1}",
        "{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"../../x\"}",
        "{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"\(sha256)\"}",
        "{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"\(sha1)\",\"lfs\":{\"oid\":\"\(sha1)\"}}",
        "{\"type\":\"file\",\"path\":\"x\",\"oid\":\"\(sha1)\"}",
    ])
    func malformedEntriesRefuseTheWholeList(entry: String) throws {
        let error = try #require(throws: RoostError.self) { try listing(entry) }
        #expect(error.code == .hubProtocolViolation)
    }

    @Test(arguments: [
        "eval/results_2024-05-31T10:22:33.json", "wandb/run:v2/config.json", "onnx\\config.json", "con.json", "a.txt ", "x.", "C:x", "a\\..\\b",
        String(repeating: "n", count: 255),
    ])
    func namesThatOnlyAnotherSystemCannotHoldAreFiles(name: String) throws {
        #expect(try listing(Self.entry("ok"), Self.entry(name)).map(\.path.description) == ["ok", name])
    }

    @Test(arguments: ["a\nb", "a\u{1b}[31m", "a\u{85}b", String(repeating: "n", count: 256), String(repeating: "d/", count: 600) + "x"])
    func namesThatCannotBeStoredAreLeftOutAndSaid(name: String) throws {
        let listing = try checked([Self.entry("ok"), Self.entry(name)])
        #expect(listing.files.map(\.path.description) == ["ok"] && listing.skipped.map(\.name) == [name])
    }

    @Test func ofNamesThatAreOneToTheMachineTheFirstIsKept() throws {
        let composed = "caf\u{e9}.md"
        let entries = [composed, "cafe\u{301}.md", "Readme.md", "README.md", "sub/Readme.md"].map { Self.entry($0) }
        let told = try checked(entries)
        #expect(told.files.map { Array($0.path.description.utf8) } == [composed, "Readme.md", "README.md", "sub/Readme.md"].map { Array($0.utf8) })
        #expect(told.skipped.map(\.reason) == ["its name differs from \"\(composed)\" only in its Unicode form"])
        let untold = try checked(entries, ignoresCase: true)
        #expect(untold.files.map(\.path.description) == [composed, "Readme.md", "sub/Readme.md"] && untold.skipped.count == 2)
    }

    @Test(arguments: [["x", "x"], ["a", "a/b"], ["a/b/c", "a"], ["a", "a.txt", "a/b"], ["a!/x", "a", "a/b"], ["e\u{301}/x", "\u{e9}"]])
    func clashingPathsRefuseTheWholeList(paths: [String]) throws {
        let error = try #require(throws: RoostError.self) { try checked(paths.map { Self.entry($0) }) }
        #expect(error.code == .hubProtocolViolation)
    }

    @Test(arguments: ["{}", "<html>", "[1]", "[{\"type\":\"file\",\"path\":\"x\",\"size\":1e30}]", ""])
    func whatIsNotAListIsAFailureOfTheHub(json: String) throws {
        var listing = TreeListing()
        let error = try #require(throws: RoostError.self) { try add(json, to: &listing) }
        #expect(error.code == .hubFailure)
    }

    @Test func pathsThatOnlyLookAlikeAreNoClash() throws {
        let names = ["a", "a.txt", "a!", "ab", "b/a", "b/a.txt", "b/ab", "A", "a-/b"]
        #expect(try checked(names.map { Self.entry($0) }).files.map(\.path.description) == names)
    }

    @Test func aListIsReadAsItComes() throws {
        let json = Array("[\((0..<300).map { Self.entry("dir/file-\($0)") }.joined(separator: ",\n"))]".utf8)
        for size in [7, 100, 4096, 1 << 20] {
            var listing = TreeListing()
            var page = try listing.beginPage()
            for start in stride(from: 0, to: json.count, by: size) {
                let entries = try page.read(json[start..<min(start + size, json.count)])
                // What is decoded at a time is bounded by what came.
                #expect(entries.count <= size / 50 + 2)
                try listing.add(entries)
            }
            try page.finish()
            #expect(try listing.checked { false }.files.count == 300)
            #expect(listing.byteCount == json.count)
        }
    }

    @Test func aPageThatBreaksOffIsAFailureOfTheHub() throws {
        var listing = TreeListing()
        let error = #expect(throws: RoostError.self) { try add("[\(Self.entry("a"))", to: &listing) }
        #expect(error?.code == .hubFailure)
    }

    @Test func moreEntriesThanAnyRepositoryHasAreCutOff() throws {
        var listing = TreeListing()
        let none = TreeListing.Entries(files: [], count: TreeListing.mostEntries / 2, byteCount: 0)
        try listing.add(none)
        try listing.add(none)
        let error = #expect(throws: RoostError.self) { try add("[{\"type\":\"directory\",\"path\":\"d\"}]", to: &listing) }
        #expect(error?.code == .hubProtocolViolation)
    }

    @Test func endlessPagesAreCutOff() throws {
        var listing = TreeListing()
        let error = try #require(throws: RoostError.self) {
            for _ in 0...TreeListing.mostPages { try add("[]", to: &listing) }
        }
        #expect(error.code == .hubProtocolViolation)
    }
}
