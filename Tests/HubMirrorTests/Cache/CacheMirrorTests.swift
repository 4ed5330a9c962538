import AsyncHTTPClient
import Foundation
import HubClient
import NIOCore
import NIOHTTP1
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

@Suite("Serving the Hub cache", .timeLimit(.minutes(10)))
struct CacheMirrorTests {
    private static let commit = String(repeating: "ab", count: 20)
    private static let older = String(repeating: "cd", count: 20)
    /// sha256 of `abc`, and git's name for `hello\n`.
    private static let large = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    private static let small = "ce013625030ba8dba906f756967f9e9ca394464a"

    /// A cache as huggingface_hub leaves it: two commits, names for them, one file of the list not fetched.
    private func makeCache(in directory: FilePath, kind: String = "models") throws {
        let root = MirrorFixture(directory.appending("cache/\(kind)--org--name"))
        try root.write("blobs/\(Self.large)", "abc")
        try root.write("blobs/\(Self.small)", "hello\n")
        for (name, commit) in [("main", Self.commit), ("v1.0", Self.older), ("feature/x", Self.older), ("refs/pr/1", Self.commit)] {
            try root.write("refs/\(name)", commit)
        }
        for (commit, name, blob) in [
            (Self.commit, "model.gguf", Self.large), (Self.commit, "sub/a b.txt", Self.small), (Self.older, "model.gguf", Self.large),
        ] {
            let link = root.directory.appending("snapshots/\(commit)").pushing(FilePath(name))
            try FileManager.default.createDirectory(atPath: link.removingLastComponent().string, withIntermediateDirectories: true)
            let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
            try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "\(up)blobs/\(blob)")
        }
        try root.write(
            "trees/\(Self.commit).json",
            """
            {"format_version": 1, "files": {
              "model.gguf": {"size": 3, "blob_id": "80d7d501c2b256023dc42e46d958b9ac2ec283ee", "lfs_sha256": "\(Self.large)", "lfs_size": 3, "xet_hash": "00"},
              "sub/a b.txt": {"size": 6, "blob_id": "\(Self.small)"},
              "not-fetched.txt": {"size": 9, "blob_id": "\(String(repeating: "e", count: 40))"}}}
            """)
    }

    private func withCache(kind: String = "models", _ body: (String, FilePath) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try makeCache(in: directory, kind: kind)
            try await PassThrough.serve(in: directory, upstream: nil) { try await body($0, directory.appending("cache/\(kind)--org--name")) }
        }
    }

    private func get(_ url: String, method: HTTPMethod = .GET) async throws -> (HTTPClientResponse, String?) {
        var request = HTTPClientRequest(url: url)
        request.method = method
        let response = try await HTTPClient.shared.execute(request, timeout: .patience)
        return (response, (try? await response.body.collect(upTo: 1 << 20)).map { String(buffer: $0) })
    }

    private func object(_ url: String) async throws -> [String: Any] {
        let (_, text) = try await get(url)
        return try JSONSerialization.jsonObject(with: Data((text ?? "").utf8)) as? [String: Any] ?? [:]
    }

    @Test("A branch, a tag, refs/pr/N, a commit and enough digits of one are the same on every route", arguments: ["models", "datasets"])
    func revisions(kind: String) async throws {
        let prefix = kind == "models" ? "" : "\(kind)/"
        try await withCache(kind: kind) { url, _ in
            for (name, commit) in [
                ("main", Self.commit), ("v1.0", Self.older), ("feature%2Fx", Self.older), ("refs%2Fpr%2F1", Self.commit), (Self.commit, Self.commit),
                (Self.older, Self.older), (String(Self.commit.prefix(7)), Self.commit), (String(Self.older.prefix(12)), Self.older),
            ] {
                let info = try await object("\(url)/api/\(kind)/org/name/revision/\(name)")
                #expect(info["sha"] as? String == commit, "\(name)")
                for method in [HTTPMethod.HEAD, .GET] {
                    let (answer, text) = try await get("\(url)/\(prefix)org/name/resolve/\(name)/model.gguf", method: method)
                    #expect(answer.status == .ok)
                    #expect(answer.headers.first(name: "X-Repo-Commit") == commit)
                    #expect(answer.headers.first(name: "ETag") == "\"\(Self.large)\"")
                    #expect(answer.headers.first(name: "Content-Length") == "3")
                    #expect(text == (method == .GET ? "abc" : ""))
                }
            }
            for name in ["nope", String(Self.commit.prefix(6)), "..%2F..", "0000000"] {
                let (answer, _) = try await get("\(url)/api/\(kind)/org/name/revision/\(name)")
                #expect(answer.status == .notFound && answer.headers.first(name: "X-Error-Code") == "RevisionNotFound", "\(name)")
            }
        }
    }

    @Test("Only files that are here are listed and served; nothing of another kind, and no repository that is not here")
    func held() async throws {
        try await withCache { url, _ in
            let info = try await object("\(url)/api/models/org/name")
            let names = (info["siblings"] as? [[String: Any]])?.compactMap { $0["rfilename"] as? String }
            #expect(names == ["model.gguf", "sub/a b.txt"])
            let (found, text) = try await get("\(url)/org/name/resolve/main/sub/a%20b.txt")
            #expect(found.status == .ok && text == "hello\n")
            for method in [HTTPMethod.HEAD, .GET] {
                let (missing, _) = try await get("\(url)/org/name/resolve/main/not-fetched.txt", method: method)
                #expect(missing.status == .notFound && missing.headers.first(name: "X-Error-Code") == "EntryNotFound")
            }
            for path in ["/api/datasets/org/name", "/api/models/org/other", "/org/other/resolve/main/x"] {
                let (answer, _) = try await get(url + path)
                #expect(answer.headers.first(name: "X-Error-Code") == "RepoNotFound", "\(path)")
            }
        }
    }

    @Test("What is known to be absent is said with the commit, so that clients note it; what merely is not here, without")
    func absence() async throws {
        try await withCache { url, repository in
            // The cache has the list of one commit, and one recorded absence for the older one.
            try MirrorFixture(repository).write(".no_exist/\(Self.older)/sub/gone.json", "")
            for (revision, path, commit) in [
                ("main", "not-fetched.txt", nil), ("main", "nope.json", Self.commit), ("v1.0", "sub/gone.json", Self.older),
                (Self.older, "sub/gone.json", Self.older), ("v1.0", "nope.json", nil), ("v1.0", "../x", nil),
            ] {
                let (answer, _) = try await get("\(url)/org/name/resolve/\(revision)/\(path)", method: .HEAD)
                #expect(answer.status == .notFound, "\(path)")
                #expect(answer.headers.first(name: "X-Repo-Commit") == commit, "\(path)")
            }
        }
    }

    @Test("The names that the cache has are its references")
    func references() async throws {
        try await withCache { url, _ in
            let refs = try await object("\(url)/api/models/org/name/refs?include_prs=1")
            let branches = (refs["branches"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
            #expect(branches == ["feature/x", "main", "v1.0"])
            let pulls = (refs["pullRequests"] as? [[String: Any]])?.compactMap { $0["targetCommit"] as? String }
            #expect(pulls == [Self.commit])
        }
    }

    @Test("A blob that was damaged, with its size kept, is never served whole")
    func damaged() async throws {
        try await withCache { url, repository in
            try Data("abd".utf8).write(to: URL(fileURLWithPath: repository.appending("blobs/\(Self.large)").string))
            for _ in 0..<2 {
                let (answer, text) = try await get("\(url)/org/name/resolve/main/model.gguf")
                #expect(answer.status != .ok || text == nil)
            }
            let (other, text) = try await get("\(url)/org/name/resolve/main/sub/a%20b.txt")
            #expect(other.status == .ok && text == "hello\n")
        }
    }

    @Test("Nothing of a small damaged blob may be sent before its digest is known")
    func damagedSmall() async throws {
        try await withTemporaryDirectory { directory in
            try makeCache(in: directory)
            let blob = directory.appending("cache/models--org--name/blobs/\(Self.large)")
            try Data("abd".utf8).write(to: URL(fileURLWithPath: blob.string))
            var hub = try HubConfiguration(environment: ["HF_HUB_CACHE": directory.appending("cache").string, "HF_HOME": directory.string])
            hub.isOffline = true
            let client = HubClient(configuration: hub, logger: .silent)
            let digests = DigestStore(of: MirrorDirectory(hub.cacheDirectory), in: nil, logger: .silent)
            let fetcher = CacheFetcher(hub: client, isOffline: true, digests: digests, logger: .silent)
            let digest = try #require(ContentDigest(hex: Self.large))
            let commit = try #require(CommitHash(hex: Self.commit))
            let file = RepositoryFile(path: try RepositoryFilePath(parsing: "model.gguf"), size: 3, digest: digest)
            let revision = ResolvedRevision(repository: try RepositoryID(parsing: "org/name"), revision: "main", commit: commit)
            let arrival = MirrorArrival(file, in: revision)
            await #expect(throws: MirrorError.self) { try await fetcher.bring(arrival) }
            // Bytes that may have been sent and were wrong would make it so.
            #expect(!arrival.isDamaged)
            try await client.shutdown()
        }
    }

    @Test("A blob that is damaged after it was verified is found out, too")
    func damagedLater() async throws {
        try await withCache { url, repository in
            let (_, before) = try await get("\(url)/org/name/resolve/main/model.gguf")
            #expect(before == "abc")
            try Data("abd".utf8).write(to: URL(fileURLWithPath: repository.appending("blobs/\(Self.large)").string))
            let (answer, after) = try await get("\(url)/org/name/resolve/main/model.gguf")
            #expect(answer.status != .ok || after == nil)
        }
    }

    @Test("The shared store's links of two hops are followed")
    func sharedStore() async throws {
        try await withCache { url, repository in
            let blob = repository.appending("blobs/\(Self.large)").string
            let shared = repository.removingLastComponent().appending("blobs/ab/00").string
            try FileManager.default.createDirectory(
                atPath: FilePath(shared).removingLastComponent().string, withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: blob, toPath: shared)
            try FileManager.default.createSymbolicLink(atPath: blob, withDestinationPath: "../../blobs/ab/00")
            let (answer, text) = try await get("\(url)/org/name/resolve/main/model.gguf")
            #expect(answer.status == .ok && text == "abc")
        }
    }
}
