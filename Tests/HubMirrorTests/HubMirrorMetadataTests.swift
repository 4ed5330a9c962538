import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import RoostCore
import Testing

@testable import HubMirror

@Suite("The mirror's metadata")
struct HubMirrorMetadataTests {
    private let files = ["org/name/config.json": "hello\n", "org/name/model.gguf": "abc", "org/name/sub dir/é.txt": "x"]

    @Test("Model info names the commit and the files; blobs only on request")
    func modelInfo() async throws {
        try await withMirror(files) { client, _ in
            let info = try #require(try await client.json("/api/models/org/name") as? [String: Any])
            #expect(info["id"] as? String == "org/name")
            #expect(CommitHash(hex: info["sha"] as? String ?? "") != nil)
            #expect((info["lastModified"] as? String)?.hasSuffix("Z") == true)
            let plain = try #require(info["siblings"] as? [[String: Any]])
            #expect(plain.map { $0["rfilename"] as? String } == ["config.json", "model.gguf", "sub dir/é.txt"])
            #expect(plain[0].count == 1)

            let full = try #require(try await client.json("/api/models/org/name/revision/main?blobs=True") as? [String: Any])
            let siblings = try #require(full["siblings"] as? [[String: Any]])
            #expect(siblings[0]["blobId"] as? String == "ce013625030ba8dba906f756967f9e9ca394464a")
            #expect(siblings[1]["blobId"] as? String == "80d7d501c2b256023dc42e46d958b9ac2ec283ee")
            let lfs = try #require(siblings[1]["lfs"] as? [String: Any])
            #expect(lfs["sha256"] as? String == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(lfs["pointerSize"] as? Int == 126)
        }
    }

    @Test("main, the commit and seven or more of its digits are the same revision; others do not exist")
    func revisions() async throws {
        try await withMirror(files) { client, _ in
            let commit = try await client.commit("org/name")
            for revision in ["main", commit, String(commit.prefix(7)), String(commit.prefix(20))] {
                let info = try await client.json("/api/models/org/name/revision/\(revision)") as? [String: Any]
                #expect(info?["sha"] as? String == commit, "\(revision)")
            }
            for revision in ["dev", String(commit.prefix(6)), "0000000", "refs%2Fpr%2F1", commit.uppercased()] {
                let response = try await client.get("/api/models/org/name/revision/\(revision)")
                #expect(response.status == .notFound)
                #expect(response["X-Error-Code"] == "RevisionNotFound")
            }
        }
    }

    @Test("The tree lists a folder, or everything with folders, and knows LFS files")
    func tree() async throws {
        try await withMirror(files) { client, _ in
            let top = try #require(try await client.json("/api/models/org/name/tree/main?recursive=False&expand=false") as? [[String: Any]])
            #expect(top.map { $0["path"] as? String } == ["config.json", "model.gguf", "sub dir"])
            #expect(top.map { $0["type"] as? String } == ["file", "file", "directory"])
            let lfs = try #require(top[1]["lfs"] as? [String: Any])
            #expect(lfs["oid"] as? String == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(top[1]["oid"] as? String == "80d7d501c2b256023dc42e46d958b9ac2ec283ee")
            #expect(top[0]["lfs"] == nil)

            let all = try #require(try await client.json("/api/models/org/name/tree/main?recursive=true&expand=True") as? [[String: Any]])
            #expect(all.map { $0["path"] as? String } == ["config.json", "model.gguf", "sub dir", "sub dir/é.txt"])
            #expect((all[0]["lastCommit"] as? [String: Any])?["id"] as? String == (try await client.commit("org/name")))

            let inside = try #require(try await client.json("/api/models/org/name/tree/main/sub%20dir?recursive=false") as? [[String: Any]])
            #expect(inside.map { $0["path"] as? String } == ["sub dir/é.txt"])
            let missing = try await client.get("/api/models/org/name/tree/main/nope")
            #expect(missing.status == .notFound)
            #expect(missing["X-Error-Code"] == "EntryNotFound")
        }
    }

    @Test(
        "A list of any length comes in one page, so that no link can be wrong, and holds every file and folder once",
        arguments: [0, 8, 9, 10, 35])
    func longLists(count: Int) async throws {
        var many = ["org/name/z/last.txt": "z"]
        for number in 0..<count { many["org/name/\(number % 7)/\(number % 3)/f\(number).txt"] = "\(number)" }
        let expected = Set(many.keys.map { String($0.dropFirst("org/name/".count)) })
        try await withMirror(many, over: .ahc(), configure: { $0.configuration.listPieceSize = 10 }) { client, _ in
            let response = try await client.get("/api/models/org/name/tree/main?recursive=true&expand=false")
            #expect(response["Link"] == nil)
            let entries = try #require(try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [[String: Any]])
            let files = entries.filter { $0["type"] as? String == "file" }.compactMap { $0["path"] as? String }
            #expect(files.count == expected.count && Set(files) == expected)
            let folders = entries.filter { $0["type"] as? String == "directory" }.compactMap { $0["path"] as? String }
            let all = Set(
                expected.flatMap { path in
                    path.split(separator: "/").indices.dropLast().map { path.split(separator: "/")[...$0].joined(separator: "/") }
                })
            #expect(folders.count == all.count && Set(folders) == all)
            // A folder stands before what is in it.
            let paths = entries.compactMap { $0["path"] as? String }
            for folder in folders {
                let place = try #require(paths.firstIndex(of: folder))
                #expect(paths.firstIndex { $0.hasPrefix(folder + "/") } == place + 1)
            }
            let info = try #require(try await client.json("/api/models/org/name?blobs=true") as? [String: Any])
            let siblings = try #require(info["siblings"] as? [[String: Any]])
            #expect(Set(siblings.compactMap { $0["rfilename"] as? String }) == expected && siblings.count == expected.count)
            #expect(info["usedStorage"] != nil)
            let only = try #require(try await client.json("/api/models/org/name?expand[]=sha") as? [String: Any])
            #expect(Set(only.keys) == ["id", "sha"])
        }
    }

    @Test("A folder is not one whose name only begins like it, and is told once")
    func neighbours() async throws {
        let files = ["a/b", "a!/x", "a.txt", "a0", "ab/c", "a/c/d", "a/c.txt", "a/c/e"]
        try await withMirror(Dictionary(uniqueKeysWithValues: files.map { ("org/name/\($0)", $0) })) { client, _ in
            for (path, expected) in [
                ("", ["a!", "a.txt", "a", "a0", "ab"]), ("/a", ["a/b", "a/c.txt", "a/c"]), ("/a/", ["a/b", "a/c.txt", "a/c"]),
                ("/a?recursive=1", ["a/b", "a/c.txt", "a/c", "a/c/d", "a/c/e"]),
            ] {
                let entries = try await client.json("/api/models/org/name/tree/main\(path)") as? [[String: Any]]
                #expect(entries?.compactMap { $0["path"] as? String } == expected)
            }
            let file = try await client.get("/api/models/org/name/tree/main/a.txt")
            #expect(file.status == .notFound)
        }
    }

    @Test("paths-info answers for files and folders, by form and by JSON, and leaves out what is missing")
    func pathsInfo() async throws {
        try await withMirror(files) { client, _ in
            let uri = "/api/models/org/name/paths-info/main"
            let form = try await client.execute(
                uri: uri, method: .post, body: ByteBuffer(string: "paths=sub+dir%2F%C3%A9.txt&paths=sub%20dir&paths=nope&expand=False"))
            let json = try await client.execute(
                uri: uri, method: .post, headers: [.contentType: "application/json"],
                body: ByteBuffer(string: #"{"paths":["sub dir/é.txt","sub dir","nope"]}"#))
            for response in [form, json] {
                let entries = try #require(
                    try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [[String: Any]])
                #expect(entries.map { $0["path"] as? String } == ["sub dir/é.txt", "sub dir"])
                #expect(entries.map { $0["type"] as? String } == ["file", "directory"])
            }
            let bad = try await client.execute(
                uri: uri, method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(string: "[1"))
            #expect(bad.status == .badRequest)
        }
    }

    @Test("Each path is answered once, and only so many are asked for at a time")
    func manyPaths() async throws {
        try await withMirror(files) { client, _ in
            let uri = "/api/models/org/name/paths-info/main"
            func ask(_ paths: [String]) async throws -> TestResponse {
                let body = try JSONSerialization.data(withJSONObject: ["paths": paths])
                return try await client.execute(uri: uri, method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(bytes: body))
            }
            let again = try await ask(Array(repeating: "config.json", count: 3000) + ["sub dir", "sub dir"])
            let entries = try #require(try JSONSerialization.jsonObject(with: Data(again.body.readableBytesView)) as? [[String: Any]])
            #expect(entries.map { $0["path"] as? String } == ["config.json", "sub dir"])
            #expect(try await ask((0..<10_000).map { "\($0)" }).text == "[]")
            let tooMany = try await ask((0...10_000).map { "\($0)" })
            #expect(tooMany.status == .contentTooLarge && tooMany["X-Error-Message"]?.contains("10000 paths") == true)
            let tooLarge = try await ask(Array(repeating: String(repeating: "x", count: 1000), count: 2000))
            #expect(tooLarge.status == .contentTooLarge && tooLarge["X-Error-Message"]?.contains("1 MiB") == true)
        }
    }

    @Test("refs names the one branch")
    func references() async throws {
        try await withMirror(files) { client, _ in
            let refs = try #require(try await client.json("/api/models/org/name/refs?include_prs=1") as? [String: [[String: Any]]])
            #expect(refs["branches"]?.first?["targetCommit"] as? String == (try await client.commit("org/name")))
            #expect(refs["tags"]?.isEmpty == true && refs["pullRequests"]?.isEmpty == true)
        }
    }

    @Test("A folder with files of its own is a repository without a namespace; an organisation's folder is none")
    func canonical() async throws {
        try await withMirror(["gpt2/config.json": "{}", "org/name/config.json": "{}"]) { client, _ in
            let file = try await client.get("/gpt2/resolve/main/config.json")
            #expect(file.text == "{}")
            #expect(try await client.get("/api/models/gpt2").status == .ok)
            #expect(try await client.get("/api/models/org").status == .unauthorized)
        }
    }
}
