import AsyncHTTPClient
import Foundation
import HTTPTypes
import HubClient
import NIOCore
import NIOHTTP1
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

@Suite("Passing through what an upstream has", .timeLimit(.minutes(10)))
struct PassThroughTests {
    /// Several megabytes, so that the file is fetched in ranges, journalled and hashed in steps.
    private static let large = (0..<(9 << 20) + 123).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    private let files: [String: [UInt8]] = [
        "org/name/config.json": Array("{}".utf8), "org/name/empty": [], "org/name/model.safetensors": large,
        "datasets/org/set/a b/train.csv": Array("a,b".utf8),
    ]
    private let model = "/org/name/resolve/main/model.safetensors"

    private func get(_ url: String, headers: HTTPHeaders = [:], method: HTTPMethod = .GET) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.headers = headers
        request.method = method
        return try await HTTPClient.shared.execute(request, timeout: .patience)
    }

    private func body(_ url: String, headers: HTTPHeaders = [:]) async throws -> [UInt8] {
        Array(buffer: try await get(url, headers: headers).body.collect(upTo: 64 << 20))
    }

    @Test("Files, lists and commits are the upstream's, for models and datasets, large and small")
    func same() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                for (path, prefix) in [("models/org/name", ""), ("datasets/org/set", "datasets/")] {
                    let info = try await JSONSerialization.jsonObject(with: Data(body("\(hub.mirror)/api/\(path)/revision/main"))) as? [String: Any]
                    let commit = try #require(info?["sha"] as? String)
                    let tree = try await body("\(hub.mirror)/api/\(path)/tree/\(commit)?recursive=true&expand=false")
                    let entries = try #require(try JSONSerialization.jsonObject(with: Data(tree)) as? [[String: Any]])
                    for entry in entries where entry["type"] as? String == "file" {
                        let name = try #require(entry["path"] as? String)
                        let repository = path.drop { $0 != "/" }.dropFirst()
                        let quoted = name.replacing(" ", with: "%20")
                        let url = "\(hub.mirror)/\(prefix)\(repository)/resolve/\(commit)/\(quoted)"
                        let head = try await get(url, method: .HEAD)
                        #expect(head.headers.first(name: "X-Repo-Commit") == commit)
                        let expected = try #require(files["\(prefix)\(repository)/\(name)"])
                        #expect(head.headers.first(name: "Content-Length") == "\(expected.count)")
                        let answer = try await get(url)
                        #expect(answer.headers.first(name: "ETag") == head.headers.first(name: "ETag"))
                        let got = Array(buffer: try await answer.body.collect(upTo: 64 << 20))
                        #expect(got == expected, "\(name)")
                    }
                }
            }
        }
    }

    @Test("Eight clients at once cost the upstream one body for each file; so do later ones, also of the next process")
    func once() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                for _ in 0..<2 {
                    let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                        for _ in 0..<8 { group.addTask { try await body(hub.mirror + model) } }
                        for _ in 0..<8 { group.addTask { try await body(hub.mirror + "/org/name/resolve/main/config.json") } }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(bodies.count { $0 == Self.large } == 8)
                    #expect(hub.upstream.bodies == ["model.safetensors": 1, "config.json": 1])
                }
                try await PassThrough.serve(in: directory, upstream: nil) { offline in
                    let again = try await body(offline + model)
                    #expect(again == Self.large)
                }
            }
        }
    }

    @Test("The head and the first bytes come while the upstream still sends; the download goes on when the first client leaves")
    func streams() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                hub.upstream.hold(after: 3 << 20)
                do {
                    let first = try await get(hub.mirror + model)
                    #expect(first.headers.first(name: "Content-Length") == "\(Self.large.count)")
                    var iterator = first.body.makeAsyncIterator()
                    let chunk = try #require(try await iterator.next())
                    #expect(Array(buffer: chunk) == Array(Self.large.prefix(chunk.readableBytes)))
                }
                async let second = body(hub.mirror + model)
                async let end = body(hub.mirror + model, headers: ["Range": "bytes=-10"])
                hub.upstream.release()
                let (whole, tail) = try await (second, end)
                #expect(whole == Self.large)
                #expect(tail == Array(Self.large.suffix(10)))
                #expect(hub.upstream.bodies == ["model.safetensors": 1])
            }
        }
    }

    @Test(
        "No client gets a complete wrong file: one with wrong bytes is disconnected, and a request for the rest returns the whole file",
        arguments: ["model.safetensors", "config.json"])
    func wrongBytes(name: String) async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                hub.upstream.spoil(1)
                let url = "\(hub.mirror)/org/name/resolve/main/\(name)"
                let expected = try #require(files["org/name/\(name)"])
                // Small files are checked before anything of them is sent.
                if let first = try? await body(url) { #expect(first == expected) }
                let resumed = try await get(url, headers: ["Range": "bytes=1-"])
                let got = Array(buffer: try await resumed.body.collect(upTo: 64 << 20))
                #expect(got == (resumed.status == .ok ? expected : Array(expected.dropFirst())))
                if name == "model.safetensors" { #expect(resumed.status == .ok) }
                let again = try await body(url)
                #expect(again == expected)
            }
        }
    }

    @Test(
        "A file that was damaged in the cache is fetched again, and no client gets the damaged one whole", arguments: [9 << 20, 33 << 20, 1000])
    func damagedInCache(size: Int) async throws {
        let content = [UInt8](repeating: 7, count: size)
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(["org/name/model.safetensors": content], in: directory) { hub in
                #expect(try await body(hub.mirror + model) == content)
                let blobs = hub.cache.appending("models--org--name/blobs").string
                let name = try #require(try FileManager.default.contentsOfDirectory(atPath: blobs).first)
                let blob = try FileHandle(forUpdating: URL(fileURLWithPath: "\(blobs)/\(name)"))
                try blob.seek(toOffset: 5)
                try blob.write(contentsOf: [1])
                try blob.close()
                // A client that already has some of the damaged bytes is disconnected.
                let first = try? await body(hub.mirror + model)
                #expect(first == nil || first == content)
                #expect(first != nil || size > 32 << 20)
                let second = try await body(hub.mirror + model)
                #expect(second == content)
                #expect(hub.upstream.bodies["model.safetensors"].map { $0 > 1 } == true)
            }
        }
    }

    @Test("Bytes that stay wrong are never served whole")
    func alwaysWrong() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                hub.upstream.spoil(1000)
                for name in ["model.safetensors", "config.json"] {
                    for _ in 0..<2 {
                        let answer = try await get("\(hub.mirror)/org/name/resolve/main/\(name)")
                        let got = (try? await answer.body.collect(upTo: 64 << 20)).map { Array(buffer: $0) }
                        #expect(answer.status == .tooManyRequests || got == nil, "\(name)")
                    }
                }
            }
        }
    }

    @Test("When the upstream cannot be reached, what is here is served with a warning, and the rest is told to be asked for later")
    func upstreamGone() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                let fetched = try await body(hub.mirror + model)
                #expect(fetched == Self.large)
                hub.upstream.leave()
                let answer = try await get(hub.mirror + "/api/models/org/name/revision/main")
                #expect(answer.status == .ok)
                #expect(answer.headers.first(name: "X-HF-Warning")?.hasPrefix("mirror; ") == true)
                let kept = try await get(hub.mirror + model)
                #expect(kept.headers.first(name: "X-HF-Warning") != nil)
                #expect(Array(buffer: try await kept.body.collect(upTo: 64 << 20)) == Self.large)
                let missing = try await get(hub.mirror + "/org/name/resolve/main/config.json")
                #expect(missing.status == .tooManyRequests)
                #expect(missing.headers.first(name: "Retry-After") == "5")
                #expect(try await get(hub.mirror + "/api/models/org/other/revision/main").status == .badGateway)
            }
        }
    }

    @Test("What is noted as absent at a commit is not asked of the upstream")
    func absence() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                let commit = String(repeating: "ab", count: 20)
                try MirrorFixture(hub.cache).write("models--org--name/.no_exist/\(commit)/gone.json", "")
                let answer = try await get(hub.mirror + "/org/name/resolve/\(commit)/gone.json")
                #expect(answer.status == .notFound && answer.headers.first(name: "X-Error-Code") == "EntryNotFound")
                #expect(answer.headers.first(name: "X-Repo-Commit") == commit && hub.upstream.authorizations.isEmpty)
                // Of another file of that commit the upstream is asked, and does not know the commit.
                _ = try await get(hub.mirror + "/org/name/resolve/\(commit)/other.json")
                #expect(!hub.upstream.authorizations.isEmpty)
            }
        }
    }

    @Test("What the upstream refuses is refused with its code")
    func refusals() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                let missing = try await get(hub.mirror + "/api/models/org/nope/revision/main")
                #expect(missing.status == .unauthorized && missing.headers.first(name: "X-Error-Code") == "RepoNotFound")
                let revision = try await get(hub.mirror + "/api/models/org/name/revision/nope")
                #expect(revision.status == .notFound && revision.headers.first(name: "X-Error-Code") == "RevisionNotFound")
                let entry = try await get(hub.mirror + "/org/name/resolve/main/nope")
                #expect(entry.status == .notFound && entry.headers.first(name: "X-Error-Code") == "EntryNotFound")
                #expect(entry.headers.first(name: "X-Repo-Commit") != nil)
                hub.upstream.refuse(MirrorError(status: .forbidden, code: "GatedRepo", message: "Access to model org/name is restricted."))
                let gated = try await get(hub.mirror + model)
                #expect(gated.status == .forbidden && gated.headers.first(name: "X-Error-Code") == "GatedRepo")
                hub.upstream.refuse(MirrorError(status: .tooManyRequests, message: "slow down", headers: [.retryAfter: "7"]))
                let busy = try await get(hub.mirror + model)
                #expect(busy.status == .tooManyRequests && busy.headers.first(name: "Retry-After") == "7")
            }
        }
    }

    @Test("The upstream sees the mirror's own token, and never a client's")
    func tokens() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, token: "hf_of_the_mirror", in: directory) { hub in
                for path in [model, "/api/models/org/name/revision/main", "/api/models/org/name/refs", "/api/models/org/name/auth-check"] {
                    let answer = try await get(hub.mirror + path, headers: ["Authorization": "Bearer hf_of_a_client"])
                    #expect(answer.status == .ok, "\(path)")
                    _ = try await answer.body.collect(upTo: 64 << 20)
                }
                let seen = Set(hub.upstream.authorizations)
                #expect(seen == ["Bearer hf_of_the_mirror"])
            }
        }
    }

    @Test("A moved branch is noticed at the next question; the commit before it stays readable")
    func moves() async throws {
        try await withTemporaryDirectory { directory in
            try await PassThrough.run(files, in: directory) { hub in
                func commit() async throws -> String? {
                    try await get(hub.mirror + "/org/name/resolve/main/config.json", method: .HEAD).headers.first(name: "X-Repo-Commit")
                }
                let before = try #require(try await commit())
                let old = try await body(hub.mirror + "/org/name/resolve/main/config.json")
                try hub.files.write("org/name/config.json", "{\"new\": true}")
                let after = try #require(try await commit())
                #expect(before != after)
                let new = try await body(hub.mirror + "/org/name/resolve/\(after)/config.json")
                #expect(String(decoding: new, as: UTF8.self) == "{\"new\": true}")
                let kept = try await body(hub.mirror + "/org/name/resolve/\(before)/config.json")
                #expect(kept == old)
            }
        }
    }

    @Test("A mirror is not its own upstream") func itself() throws {
        var configuration = HubMirror.Configuration(directory: nil, port: 8006)
        let environment = ["HOME": "/nowhere"]
        for upstream in ["http://127.0.0.1:8006", "http://localhost:8006/", "ftp://x", "http://user:secret@host"] {
            let error = #expect(throws: RoostError.self) { try configuration.serveCache(environment: environment, upstream: upstream) }
            #expect(error?.code == .invalidConfiguration && error?.message.contains("secret") == false)
        }
        try configuration.serveCache(environment: environment, upstream: "http://127.0.0.1:8007")
        #expect(configuration.cache?.isOffline == false)
    }
}
