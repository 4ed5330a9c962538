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

    private func listing(_ entries: String...) throws -> [RepositoryFile] {
        var listing = TreeListing()
        try listing.add(page: Data("[\(entries.joined(separator: ","))]".utf8))
        return try listing.checkedFiles()
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
        try listing.add(page: Data("[\(entries.joined(separator: ","))]".utf8))
        let error = #expect(throws: RoostError.self) { try listing.checkedFiles() }
        #expect(error?.code == .hubProtocolViolation)
    }

    @Test(arguments: [
        "../x", "/abs", "a/../b", "a\\b", "C:x", "CON", "nul.txt", "x.", "x ", "a\u{0}b", "a\nb", "", "a//b", String(repeating: "n", count: 300),
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

    @Test(arguments: [["x", "x"], ["a/\u{e9}", "a/e\u{301}"], ["a", "a/b"], ["a/b/c", "a"]])
    func clashingPathsRefuseTheWholeList(paths: [String]) throws {
        let error = try #require(throws: RoostError.self) { try listing(Self.entry(paths[0]), Self.entry(paths[1])) }
        #expect(error.code == .hubProtocolViolation)
    }

    @Test(arguments: ["{}", "<html>", "[1]", "[{\"type\":\"file\",\"path\":\"x\",\"size\":1e30}]", ""])
    func whatIsNotAListIsAFailureOfTheHub(json: String) throws {
        var listing = TreeListing()
        let error = try #require(throws: RoostError.self) { try listing.add(page: Data(json.utf8)) }
        #expect(error.code == .hubFailure)
    }

    @Test func endlessPagesAreCutOff() throws {
        var listing = TreeListing()
        let error = try #require(throws: RoostError.self) {
            for _ in 0...TreeListing.mostPages { try listing.add(page: Data("[]".utf8)) }
        }
        #expect(error.code == .hubProtocolViolation)
    }
}
