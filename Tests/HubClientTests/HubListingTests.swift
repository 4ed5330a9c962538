import HubTestSupport
import RoostCore
import Testing

@testable import HubClient

@Suite struct HubListingTests {
    @Test func revisionIsResolvedToItsCommit() async throws {
        try await Fixture.run(token: "hf_secret") { _ in
            ScriptedServer.Response(body: Array("{\"id\":\"acme/tiny\",\"sha\":\"\(Fixture.commit)\"}".utf8))
        } _: { hub in
            let revision = try await hub.client.resolve(hub.revision.repository, revision: "refs/pr/1")
            #expect(revision.commit.description == Fixture.commit)
            #expect(revision.revision == "refs/pr/1")
            let request = try #require(hub.server.requests.first)
            #expect(request.target == "/api/models/acme/tiny/revision/refs%2Fpr%2F1")
            #expect(request.headers["authorization"] == "Bearer hf_secret")
            #expect(request.headers["user-agent"] == "roost/\(RoostVersion.current)")
            #expect(request.headers["accept-encoding"] == "identity")
        }
    }

    @Test(arguments: ["../../x", "", "/main", "a\u{0}b"])
    func unsafeRevisionsAreRefusedBeforeAnyRequest(revision: String) async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init())) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository, revision: revision) }
            #expect(error.code == .invalidRequest)
            #expect(error.field == "revision")
            #expect(hub.server.requests.isEmpty)
        }
    }

    @Test func allPagesAreFetched() async throws {
        let oid = String(repeating: "a", count: 40)
        try await Fixture.run { request in
            let page = request.target.hasSuffix("cursor=2%2F") ? 2 : 1
            let next = "<http://\(request.headers["host"] ?? "")/api/models/acme/tiny/tree/\(Fixture.commit)?cursor=2%2F>; rel=\"next\""
            return ScriptedServer.Response(
                headers: page == 1 ? [("Link", next)] : [],
                body: Array("[{\"type\":\"file\",\"path\":\"f\(page)\",\"size\":\(page),\"oid\":\"\(oid)\"}]".utf8))
        } _: { hub in
            let files = try await hub.client.listing(of: hub.revision).files
            #expect(files.map(\.path.description) == ["f1", "f2"])
            #expect(hub.server.requests.map(\.target)[0] == "/api/models/acme/tiny/tree/\(Fixture.commit)?recursive=true&expand=false")
            #expect(hub.server.requests.count == 2)
        }
    }

    /// As a mirror may say it that does not know under which name and below which path it is reached.
    @Test(arguments: ["?cursor=2", "\(Fixture.commit)?cursor=2", "../tree/\(Fixture.commit)?cursor=2"])
    func aNextPageMayBeNamedFromWhereTheLastOneWas(link: String) async throws {
        try await Fixture.run { request in
            let isSecond = request.target.hasSuffix("/api/models/acme/tiny/tree/\(Fixture.commit)?cursor=2")
            return ScriptedServer.Response(headers: isSecond ? [] : [("Link", "<\(link)>; rel=\"next\"")], body: Array("[]".utf8))
        } _: { hub in
            let files = try await hub.client.listing(of: hub.revision).files
            #expect(files.isEmpty)
            #expect(hub.server.requests.count == 2)
        }
    }

    @Test func ofAModelInfoOnlyWhatIsNeededIsKept() async throws {
        let siblings = (0..<2000).map { "{\"rfilename\":\"file-\($0)\"}" }.joined(separator: ",")
        let info = "{\"siblings\":[\(siblings)],\"sha\":\"\(Fixture.commit)\",\"gated\":\"auto\",\"cardData\":{\"license\":\"mit\"}}"
        try await Fixture.run(answering: ScriptedServer.always(.init(body: Array(info.utf8)))) { hub in
            let revision = try await hub.client.resolve(hub.revision.repository)
            #expect(revision.commit.description == Fixture.commit)
            #expect(revision.facts.isGated && revision.facts.license == "mit")
        }
    }

    @Test(arguments: ["http://localhost:1/next", "http://127.0.0.1:1/next", "//localhost:1/next", "file:///etc/passwd"])
    func aNextPageElsewhereIsRefused(link: String) async throws {
        try await Fixture.run(token: "hf_secret") { _ in
            ScriptedServer.Response(headers: [("Link", "<\(link)>; rel=\"next\"")], body: Array("[]".utf8))
        } _: { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.listing(of: hub.revision).files }
            #expect(error.code == .hubProtocolViolation)
            #expect(hub.server.requests.count == 1)
        }
    }

    @Test(
        arguments: [
            (
                401, [("X-Error-Code", "RepoNotFound"), ("X-Error-Message", "Invalid username or password.")], .repositoryNotFound,
                "Repository Not Found for url: URL."
            ),
            (401, [], .repositoryNotFound, "Repository Not Found for url: URL."),
            (404, [], .repositoryNotFound, "Repository Not Found for url: URL."),
            (401, [("X-Error-Message", "Invalid credentials in Authorization header")], .accessDenied, "The Hub does not accept the token"),
            (404, [("X-Error-Code", "RevisionNotFound")], .revisionNotFound, "Revision Not Found for url: URL."),
            (404, [("X-Error-Code", "EntryNotFound")], .entryNotFound, "Entry Not Found for url: URL."),
            (403, [("X-Error-Code", "GatedRepo")], .gatedRepository, "Cannot access gated repo for url URL."),
            (403, [("X-Error-Message", "Access to this resource is disabled.")], .accessDenied, "Cannot access repository for url URL."),
            (429, [("Retry-After", "7")], .rateLimited, "The Hub limits the rate of requests"),
            (503, [("Retry-After", "7")], .hubFailure, "The Hub failed with status 503"),
            (408, [], .hubFailure, "The Hub failed with status 408"),
            (400, [], .hubProtocolViolation, "The Hub refused"),
            (204, [], .hubFailure, "The Hub answered"),
            (304, [], .hubFailure, "The Hub answered"),
        ] as [(Int, [(String, String)], RoostError.Code, String)])
    func statusesBecomeTheErrorsPeopleKnow(status: Int, headers: [(String, String)], code: RoostError.Code, beginning: String) async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init(status: status, headers: headers))) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            let url = "\(hub.server.origin)/api/models/acme/tiny/revision/main"
            #expect(error.code == code)
            #expect(error.message.hasPrefix(beginning.replacing("URL", with: url)))
            #expect(error.context.first?.name == "request" && error.context.first?.value == "GET \(url)")
            #expect(error.retryAfter == (headers.contains { $0.0 == "Retry-After" } ? .seconds(7) : nil))
            // What the Hub says of an unknown repository would lead to the wrong place.
            if let said = headers.first(where: { $0.0 == "X-Error-Message" })?.1 {
                #expect(error.message.contains(said) == (code != .repositoryNotFound))
            }
        }
    }

    @Test func `a name without an organisation gets the place where models have one`() async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 401, headers: [("X-Error-Code", "RepoNotFound")]))) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(RepositoryID(parsing: "llama3.2")) }
            #expect(error.code == .repositoryNotFound && error.context.first?.name == "request")
            #expect(error.message.hasPrefix("The Hub has no model \"llama3.2\".") && error.message.contains("search=llama3.2"), "\(error.message)")
        }
    }

    @Test func aServerThatEchoesTheTokenDoesNotGetItIntoTheError() async throws {
        try await Fixture.run(token: "hf_secret") { _ in
            ScriptedServer.Response(status: 403, headers: [("X-Error-Message", "Bearer hf_secret is bad\tx"), ("X-Request-Id", "hf_secret")])
        } _: { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            #expect(error.message.contains("Bearer ••• is badx"))
            #expect(!error.traceback.contains("hf_secret"))
        }
    }

    @Test(arguments: ["<html>Please log in</html>", "{}", "{\"sha\":\"../../x\"}"])
    func aLoginPageIsNotAHub(body: String) async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init(body: Array(body.utf8)))) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            #expect(error.code == .hubFailure)
            #expect(error.message.contains("HF_ENDPOINT"))
        }
    }

    @Test func aHubThatIsNotThereIsANetworkFailure() async throws {
        let free = try await ScriptedServer.run({ _ in ScriptedServer.Response() }) { $0.origin }
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 307, headers: [("Location", "\(free)/x")]))) { hub in
            let error = try await #require(throws: RoostError.self) { _ = try await hub.client.resolve(hub.revision.repository) }
            #expect(error.code == .network)
            #expect(error.isTransient)
            #expect(error.message.contains(free))
            #expect(error.message.contains("HF_ENDPOINT"))
        }
    }
}
