import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

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

    @Test("Pages are linked by absolute URLs on one commit, and together hold every file once")
    func paging() async throws {
        var many: [String: String] = [:]
        for number in 0..<25 { many["org/name/f\(number).txt"] = "\(number)" }
        try await withMirror(many, over: .ahc(), configure: { $0.configuration.treePageSize = 10 }) { client, _ in
            let commit = try await client.commit("org/name")
            var next = "/api/models/org/name/tree/main?recursive=true&expand=false"
            var seen: [String] = []
            var pages = 0
            while !next.isEmpty {
                let response = try await client.get(next)
                let entries = try #require(
                    try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [[String: Any]])
                seen += entries.compactMap { $0["path"] as? String }
                pages += 1
                guard let link = response["Link"] else { break }
                let prefix = "<http://localhost:\(try #require(client.port))"
                #expect(link.hasPrefix(prefix + "/api/models/org/name/tree/\(commit)?"))
                #expect(link.hasSuffix(">; rel=\"next\""))
                next = String(link.dropFirst(prefix.count).prefix { $0 != ">" })
            }
            #expect(pages == 3)
            #expect(seen.count == 25 && Set(seen).count == 25)
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
