import HubTestSupport
import RoostCore
import SystemPackage
import Testing

@testable import HubClient

/// What the Hub does besides the plain case.
@Suite struct ProtocolCornerTests {
    private static func info(_ commit: String = Fixture.commit) -> ScriptedServer.Response {
        .init(body: Array("{\"id\":\"x\",\"sha\":\"\(commit)\"}".utf8))
    }

    @Test(arguments: [
        ("main", "main"), ("v1.0", "v1.0"), ("feature/x", "feature%2Fx"), ("refs/pr/12", "refs%2Fpr%2F12"), ("01234567", "01234567"),
        (Fixture.commit, Fixture.commit),
    ]) func `a branch, a tag, a pull request, a short and a full commit are asked for by their name and pinned to the commit`(
        name: String, quoted: String
    ) async throws {
        try await Fixture.run(answering: ScriptedServer.always(Self.info())) { hub in
            let revision = try await hub.client.resolve(hub.revision.repository, revision: name)
            #expect(revision.commit.description == Fixture.commit && revision.revision == name)
            #expect(hub.server.requests.map(\.target) == ["/api/models/acme/tiny/revision/\(quoted)"])
        }
    }

    @Test func `a repository without a namespace is asked for and fetched by its name alone`() async throws {
        let content = Fixture.bytes(900)
        let file = try Fixture.file("config.json", content)
        let answer = ScriptedServer.serving(content)
        try await Fixture.run(answering: { $0.target.hasPrefix("/api/") ? Self.info() : await answer($0) }) { hub in
            let revision = try await hub.client.resolve(RepositoryID(parsing: "gpt2"))
            let path = try await hub.client.download(file, in: revision) { _ in }
            #expect(hub.content(path) == content && path.string.contains("/models--gpt2/snapshots/"))
            #expect(hub.server.requests.map(\.target) == ["/api/models/gpt2/revision/main", "/gpt2/resolve/\(Fixture.commit)/config.json"])
        }
    }

    @Test func `a renamed repository is followed on every route, with the token, and kept under the name that was asked for`() async throws {
        let content = Fixture.bytes(900)
        let file = try Fixture.file("config.json", content)
        let list = "[{\"type\":\"file\",\"path\":\"config.json\",\"size\":900,\"oid\":\"x\",\"lfs\":{\"oid\":\"\(file.digest.hex)\"}}]"
        try await Fixture.run(token: "hf_secret") { request in
            if request.target.contains("acme/tiny") {
                return .init(status: 307, headers: [("Location", request.target.replacing("acme/tiny", with: "new/name"))])
            }
            if request.target.contains("/tree/") { return .init(body: Array(list.utf8)) }
            return request.target.hasPrefix("/api/") ? Self.info() : .init(body: content)
        } _: { hub in
            let revision = try await hub.client.resolve(hub.revision.repository)
            let files = try await hub.client.listing(of: revision).files
            #expect(files == [file])
            let path = try await hub.client.download(files[0], in: revision) { _ in }
            #expect(hub.content(path) == content && path.string.contains("/models--acme--tiny/"))
            #expect(hub.server.requests.count == 6 && hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        }
    }

    @Test func `a repository that was disabled says so in the Hub's own words`() async throws {
        let disabled = ScriptedServer.Response(status: 403, headers: [("X-Error-Message", "Access to this resource is disabled.")])
        try await Fixture.run(answering: ScriptedServer.always(disabled)) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            let url = "\(hub.server.origin)/api/models/acme/tiny/revision/main"
            #expect(error.code == .accessDenied && !error.isTransient)
            #expect(error.message == "Cannot access repository for url \(url). Access to this resource is disabled. It cannot be pulled.")
        }
    }

    @Test func `a limit in RateLimit is waited for as it says`() async throws {
        let headers = [("RateLimit", "\"api\";r=0;t=55"), ("RateLimit-Policy", "\"fixed window\";\"api\";q=500;w=300")]
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 429, headers: headers))) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            #expect(error.code == .rateLimited && error.isTransient && error.retryAfter == .seconds(55))
        }
    }

    @Test func `a file too large to be given whole comes in parts, each byte once`() async throws {
        let content = Fixture.bytes(6_000_000)
        let file = try Fixture.file("m.gguf", content)
        let parts = ScriptedServer.serving(content)
        // As the Hub's storage does it above 50 GB.
        try await Fixture.run(largestWhole: 2_400_000, answering: { $0.headers["range"] == nil ? .init(status: 400) : await parts($0) }) { hub in
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
            let ranges = hub.server.requests.compactMap { $0.headers["range"] }
            #expect(ranges.count == hub.server.requests.count && ranges.count == 30)
            #expect(ranges.first == "bytes=0-199999" && Set(ranges).count == 30)
        }
    }

    @Test func `Xet's headers and hashes change nothing`() async throws {
        let content = Fixture.bytes(900)
        let file = try Fixture.file("m.gguf", content)
        let xet = String(repeating: "ab", count: 32)
        let list =
            "[{\"type\":\"file\",\"path\":\"m.gguf\",\"size\":900,\"oid\":\"x\",\"lfs\":{\"oid\":\"\(file.digest.hex)\"},\"xetHash\":\"\(xet)\"}]"
        try await ScriptedServer.run(ScriptedServer.serving(content)) { storage in
            try await Fixture.run { request in
                if request.target.contains("/tree/") { return .init(body: Array(list.utf8)) }
                let links =
                    "<https://hub.invalid/api/models/acme/tiny/xet-read-token/\(Fixture.commit)>; rel=\"xet-auth\", "
                    + "<https://cas.invalid/v1/reconstructions/\(xet)>; rel=\"xet-reconstruction-info\""
                return .init(status: 302, headers: [("Location", "\(storage.origin)/f"), ("X-Xet-Hash", xet), ("Link", links)])
            } _: { hub in
                let files = try await hub.client.listing(of: hub.revision).files
                #expect(files == [file])
                let path = try await hub.download(file)
                #expect(hub.content(path) == content)
                #expect(hub.server.requests.count == 2 && storage.requests.count == 1)
            }
        }
    }

    @Test func `HF_HUB_DOWNLOAD_TIMEOUT ends a download that brings nothing`() async throws {
        let file = try Fixture.file("m.gguf", Fixture.bytes(500_000))
        try await Fixture.run(
            environment: { ["HF_HUB_DOWNLOAD_TIMEOUT": "0.3", "HF_ENDPOINT": "http://127.0.0.1:\($0)"] },
            answering: ScriptedServer.always(.init(body: [1, 2, 3], claimedLength: 500_000, end: .hang))
        ) { hub in
            let stall = try await hub.failure(of: file)
            #expect(stall.code == .network && stall.message.contains("no byte arrived for 0.3 seconds"), "\(stall)")
        }
    }

    @Test func `a file noted as absent is asked for all the same when a list names it, and the note goes when it comes`() async throws {
        let content = Fixture.bytes(900)
        let file = try Fixture.file("sub/late.json", content, isLarge: false)
        try await Fixture.run(answering: ScriptedServer.serving(content)) { hub in
            try hub.cache.noteAbsence(of: file.path, in: hub.revision)
            #expect(hub.client.isNotedAbsent(file.path, in: hub.revision))
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
            // Python looks for the note first, and would not see the file.
            #expect(!hub.client.isNotedAbsent(file.path, in: hub.revision))
        }
    }

    @Test func `a signed link that expires between two parts is asked for again, and the file goes on`() async throws {
        let content = Fixture.bytes(6_000_000)
        let file = try Fixture.file("m.gguf", content)
        let parts = ScriptedServer.serving(content)
        let given = Recorder<String>()
        try await ScriptedServer.run { request in
            // Each signature is good for ten parts.
            let uses = given.values.filter { $0 == request.target }.count
            given.add(request.target)
            return uses < 10 ? await parts(request) : .init(status: 403)
        } _: { storage in
            let signatures = Recorder<Int>()
            try await Fixture.run(token: "hf_secret", largestWhole: 2_400_000) { _ in
                signatures.add(1)
                return .init(status: 302, headers: [("Location", "\(storage.origin)/f?Signature=\(signatures.values.count)")])
            } _: { hub in
                let path = try await hub.download(file)
                #expect(hub.content(path) == content)
                #expect(signatures.values.count == 3)
                #expect(storage.requests.allSatisfy { $0.headers["authorization"] == nil })
            }
        }
    }
}
