import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SystemPackage
import Testing

@testable import HubMirror

@Suite("The mirror's files")
struct HubMirrorFileTests {
    @Test("GET gives the bytes and the headers that clients name their caches by")
    func headers() async throws {
        try await withMirror(["org/name/config.json": "hello\n", "org/name/model.gguf": "abc"]) { client, _ in
            let small = try await client.get("/org/name/resolve/main/config.json")
            #expect(small.text == "hello\n")
            #expect(small["ETag"] == "\"ce013625030ba8dba906f756967f9e9ca394464a\"")
            #expect(small["X-Repo-Commit"] == (try await client.commit("org/name")))
            #expect(small["Accept-Ranges"] == "bytes")
            #expect(small["Content-Length"] == "6")
            #expect(small["X-Linked-Etag"] == nil)
            let large = try await client.get("/org/name/resolve/main/model.gguf")
            #expect(large["ETag"] == "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"")
            #expect(large["X-Linked-Etag"] == large["ETag"])
            #expect(large["X-Linked-Size"] == "3")
        }
    }

    @Test("HEAD has the headers of GET and no body, on a real connection", arguments: ["config.json", "model.gguf", "empty", "nope"])
    func head(name: String) async throws {
        let files = ["org/name/config.json": "hello\n", "org/name/model.gguf": "abc", "org/name/empty": ""]
        try await withMirror(files, over: .ahc()) { client, _ in
            let get = try await client.get("/org/name/resolve/main/\(name)")
            let head = try await client.execute(uri: "/org/name/resolve/main/\(name)", method: .head)
            #expect(head.status == get.status)
            #expect(head.body.readableBytes == 0)
            #expect(head["Content-Length"] == "\(get.body.readableBytes)")
            for header in ["ETag", "X-Repo-Commit", "X-Linked-Size", "X-Linked-Etag", "X-Error-Code", "Content-Type", "Accept-Ranges"] {
                #expect(head[header] == get[header], "\(header)")
            }
        }
    }

    @Test(
        "Names with spaces, Unicode, %, #, + and ? are found under their escaped form",
        arguments: [
            ("sub dir/a b+c#1%.txt", "sub%20dir/a%20b%2Bc%231%25.txt"), ("d\u{e9}ep/文.json", "d%C3%A9ep/%E6%96%87.json"),
            ("what?.txt", "what%3F.txt"), ("a&b=c;d.txt", "a%26b%3Dc%3Bd.txt"), ("%2e%2e", "%252e%252e"), ("日本", "日本"),
        ])
    func oddNames(name: String, escaped: String) async throws {
        try await withMirror(["org/name/\(name)": "content of \(name)"]) { client, _ in
            let response = try await client.get("/org/name/resolve/main/\(escaped)")
            #expect(response.text == "content of \(name)")
        }
    }

    @Test(
        "A single range gives 206 and exactly those bytes",
        arguments: [("bytes=2-4", 2...4), ("bytes=7-", 7...9), ("bytes=-3", 7...9), ("bytes=0-0", 0...0), ("bytes=5-999", 5...9)])
    func ranges(header: String, expected: ClosedRange<Int>) async throws {
        try await withMirror(["org/name/digits.txt": "0123456789"], over: .ahc()) { client, _ in
            let response = try await client.get("/org/name/resolve/main/digits.txt", headers: [.range: header])
            #expect(response.status == .partialContent)
            #expect(response.text == expected.map(String.init).joined())
            #expect(response["Content-Range"] == "bytes \(expected.lowerBound)-\(expected.upperBound)/10")
            #expect(response["X-Repo-Commit"] != nil)
        }
    }

    @Test("A range behind the end gives 416 with the size", arguments: ["bytes=10-", "bytes=99-100", "bytes=-0"])
    func unsatisfiable(header: String) async throws {
        try await withMirror(["org/name/digits.txt": "0123456789"], over: .ahc()) { client, _ in
            let response = try await client.get("/org/name/resolve/main/digits.txt", headers: [.range: header])
            #expect(response.status == .rangeNotSatisfiable)
            #expect(response["Content-Range"] == "bytes */10")
        }
    }

    @Test("If-Range of another version gives the whole file; If-None-Match of this one gives 304")
    func conditions() async throws {
        try await withMirror(["org/name/digits.txt": "0123456789"], over: .ahc()) { client, _ in
            let uri = "/org/name/resolve/main/digits.txt"
            let etag = try #require(try await client.get(uri)["ETag"])
            let other = try await client.get(uri, headers: [.range: "bytes=5-", .ifRange: "\"other\""])
            #expect(other.status == .ok && other.text == "0123456789")
            let same = try await client.get(uri, headers: [.range: "bytes=5-", .ifRange: etag])
            #expect(same.status == .partialContent && same.text == "56789")
            let known = try await client.get(uri, headers: [.ifNoneMatch: etag])
            #expect(known.status == .notModified && known.body.readableBytes == 0)
            #expect(try await client.get(uri, headers: [.ifNoneMatch: "\"other\""]).status == .ok)
        }
    }

    @Test("A file of several chunks arrives whole, and so does a part of it")
    func large() async throws {
        let bytes = (0..<1_500_001).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try await withMirror(over: .ahc(), configure: { try $0.write("org/name/model.safetensors", bytes) }) { client, _ in
            let whole = try await client.get("/org/name/resolve/main/model.safetensors")
            #expect(Array(buffer: whole.body) == bytes)
            let part = try await client.get("/org/name/resolve/main/model.safetensors", headers: [.range: "bytes=700001-1400000"])
            #expect(Array(buffer: part.body) == Array(bytes[700_001...1_400_000]))
        }
    }

    @Test("A changed file moves the commit; the old commit is gone, and no old digest is given to new bytes")
    func change() async throws {
        try await withMirror(["org/name/a.bin": "first", "org/name/b.txt": "b"]) { client, fixture in
            let before = try await client.commit("org/name")
            let old = try await client.get("/org/name/resolve/\(before)/a.bin")
            #expect(old.text == "first")
            try fixture.write("org/name/a.bin", "other")
            let response = try await client.get("/org/name/resolve/\(before)/a.bin")
            #expect(response.status == .notFound)
            #expect(response["X-Error-Code"] == "RevisionNotFound")
            let after = try await client.commit("org/name")
            #expect(after != before)
            let new = try await client.get("/org/name/resolve/\(after)/a.bin")
            #expect(new.text == "other")
            #expect(new["ETag"] != old["ETag"])
            try fixture.write("org/name/a.bin", "first")
            #expect(try await client.commit("org/name") == before)
        }
    }

    @Test("A removed file is not found, under the new commit")
    func removal() async throws {
        try await withMirror(["org/name/a.txt": "a", "org/name/b.txt": "b"]) { client, fixture in
            let before = try await client.commit("org/name")
            try FileManager.default.removeItem(atPath: fixture.directory.appending("org/name/a.txt").string)
            let response = try await client.get("/org/name/resolve/main/a.txt")
            #expect(response["X-Error-Code"] == "EntryNotFound")
            #expect(response["X-Repo-Commit"] == (try await client.commit("org/name")))
            #expect(response["X-Repo-Commit"] != before)
        }
    }
}
