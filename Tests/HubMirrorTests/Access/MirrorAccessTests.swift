import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServing
@testable import HubMirror

@Suite("Who may read from a mirror")
struct MirrorAccessTests {
    private static let token = "0123456789abcdef"

    private func refusal(_ work: () throws -> Void) -> String? {
        do { try work() } catch let error as RoostError { return error.message } catch { return "\(error)" }
        return nil
    }

    @Test(
        "An address that other machines can reach needs a token or a network, or the mirror does not start",
        arguments: [
            ("127.0.0.1", false), ("::1", false), ("localhost", false), ("0.0.0.0", true), ("192.168.0.7", true), ("::", true), ("nas.lan", true),
        ])
    func privateByDefault(host: String, needsRule: Bool) async throws {
        #expect((refusal { try MirrorAccess().require(for: host, option: "--allow") } != nil) == needsRule)
        #expect(refusal { try MirrorAccess(token: SecretToken(Self.token)).require(for: host, option: "--allow") } == nil)
        #expect(refusal { try MirrorAccess(networks: [NetworkRange(parsing: "10.0.0.0/8")]).require(for: host, option: "--allow") } == nil)
        try await withTemporaryDirectory { directory in
            var configuration = HubMirror.Configuration(directory: directory, host: host, port: 0)
            let mirror = HubMirror(configuration: configuration, logger: .silent)
            #expect((refusal { try mirror.check() } != nil) == needsRule)
            configuration.access.token = SecretToken(Self.token)
            let guarded = HubMirror(configuration: configuration, logger: .silent)
            #expect(refusal { try guarded.check() } == nil)
        }
    }

    @Test("The token opens every route, and without it none says more than that it is needed", arguments: [HTTPRequest.Method.get, .head])
    func token(method: HTTPRequest.Method) async throws {
        let configure: (inout MirrorFixture) -> Void = { $0.configuration.access.token = SecretToken(Self.token) }
        try await withMirror(["org/name/a": "a"], over: .ahc(), configure: configure) { client, _ in
            for uri in [
                "/org/name/resolve/main/a", "/api/models/org/name", "/api/models/org/name/tree/main", "/api/models/org/name/refs", "/api/whoami-v2",
                "/api/models/org/name/auth-check", "/api/models/org/name/commits/main",
            ] {
                for wrong in ["", "Bearer ", "Bearer 0123456789abcdeX", Self.token, "Bearer \(Self.token)x", "Basic \(Self.token)"] {
                    let headers: HTTPFields = wrong.isEmpty ? [:] : [.authorization: wrong]
                    let response = try await client.execute(uri: uri, method: method, headers: headers)
                    #expect(response.status == .unauthorized, "\(uri) \(wrong)")
                    #expect(response["X-Error-Code"] == "RepoNotFound")
                    #expect(response["X-Error-Message"]?.contains(Self.token) == false)
                    #expect(response["X-Repo-Commit"] == nil)
                }
                let right = try await client.execute(uri: uri, method: method, headers: [.authorization: "Bearer \(Self.token)"])
                #expect(right.status == .ok, "\(uri)")
            }
            let missing = try await client.get("/api/models/org/nope", headers: [.authorization: "Bearer \(Self.token)"])
            #expect(missing.status == .notFound)
        }
    }

    @Test("A client from outside the allowed networks is refused, and one from inside is not")
    func networks() async throws {
        for (network, status) in [("127.0.0.0/8", HTTPResponse.Status.ok), ("10.0.0.0/8", .forbidden)] {
            let range = try NetworkRange(parsing: network)
            try await withMirror(["org/name/a": "a"], over: .ahc(), configure: { $0.configuration.access.networks = [range] }) { client, _ in
                let answer = try await client.get("/org/name/resolve/main/a")
                #expect(answer.status == status)
            }
        }
        // Without a socket there is no address, and so no network that it could be in.
        let everywhere = try NetworkRange(parsing: "0.0.0.0/0")
        try await withMirror(["org/name/a": "a"], configure: { $0.configuration.access.networks = [everywhere] }) { client, _ in
            let answer = try await client.get("/org/name/resolve/main/a")
            #expect(answer.status == .forbidden)
        }
    }

    @Test(
        "On a loopback address only its own names are answered, so that no web page gets in under a name of its own",
        arguments: [("127.0.0.1", "localhost", true), ("127.0.0.1", "evil.example", false), ("0.0.0.0", "evil.example", true)])
    func hosts(listening: String, host: String, isAnswered: Bool) throws {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "\(host):8006", path: "/")
        let request = Request(head: head, body: RequestBody(buffer: .init()))
        let isLocal = HostName(bare: listening)?.isLoopback == true
        #expect((refusal { try MirrorAccess().check(request, from: nil, isLocal: isLocal) } == nil) == isAnswered)
    }

    @Test(
        "No web page makes a mirror send or fetch anything, wherever it listens, but one of its own or of a configured host",
        arguments: [
            (["Origin": "http://evil.example"], 403), (["Origin": "null"], 403), (["Origin": "http://127.0.0.1:3000"], 403),
            (["Origin": "http://mirror.lan:8006"], 200), (["Origin": "https://app.example"], 200), (["Sec-Fetch-Site": "cross-site"], 403),
            (["Sec-Fetch-Site": "same-site"], 403), (["Sec-Fetch-Site": "same-origin"], 200), (["Sec-Fetch-Site": "none"], 200), ([:], 200),
            (["Host": "mirror.lan:8006"], 400),
        ] as [([String: String], Int)])
    func pages(headers: [String: String], status: Int) throws {
        var fields = HTTPFields()
        for (name, value) in headers { fields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value)) }
        let head = HTTPRequest(method: .get, scheme: "http", authority: "mirror.lan:8006", path: "/org/name/resolve/main/a", headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: .init()))
        var access = MirrorAccess()
        try access.allow(hosts: ["mirror.lan", "app.example"])
        for isLocal in [true, false] {
            var answered = 200
            do { try access.check(request, from: nil, isLocal: isLocal) } catch let error as MirrorError { answered = error.status.code }
            #expect(answered == status)
        }
    }

    @Test(
        "A page of another origin gets nothing from a mirror over real HTTP, not even a head",
        arguments: [HTTPRequest.Method.get, .head, .post, .options])
    func pageOverHTTP(method: HTTPRequest.Method) async throws {
        try await withMirror(["org/name/a": "a"], over: .ahc()) { client, _ in
            for headers in [[.origin: "http://evil.example"], [.secFetchSite: "cross-site"]] as [HTTPFields] {
                let answer = try await client.execute(uri: "/org/name/resolve/main/a", method: method, headers: headers)
                #expect(answer.status == .forbidden && answer["X-Repo-Commit"] == nil && answer["Access-Control-Allow-Origin"] == nil)
            }
        }
    }

    @Test("A host that is none is refused at the start", arguments: ["", "https://mirror.lan", "a b", "mirror.lan:0", "fd00::7", "*"])
    func badHosts(text: String) {
        var access = MirrorAccess()
        #expect(refusal { try access.allow(hosts: [text]) }?.contains("nas.lan") == true)
    }

    @Test("A page says which methods it has")
    func methods() async throws {
        try await withMirror(["org/name/a": "a"], over: .ahc()) { client, _ in
            for (uri, allow) in [
                ("/org/name/resolve/main/a", "GET, HEAD, OPTIONS"), ("/api/models/org/name/", "GET, HEAD, OPTIONS"),
                ("/api/models/org/name/paths-info/main", "OPTIONS, POST"),
            ] {
                let asked = try await client.execute(uri: uri, method: .options)
                #expect(asked.status == .noContent && asked["Allow"] == allow)
                let refused = try await client.execute(uri: uri, method: .delete)
                #expect(refused.status == .methodNotAllowed && refused["Allow"] == allow)
            }
            #expect(try await client.execute(uri: "/api/nothing", method: .options).status == .notFound)
        }
    }

    @Test("The token comes from the environment or from a file of one's own")
    func sources() throws {
        let directory = try TemporaryDirectory()
        #expect(try MirrorAccess.token(environment: [:], file: nil) == nil)
        #expect(try MirrorAccess.token(environment: ["ROOST_MIRROR_TOKEN": ""], file: nil) == nil)
        #expect(try MirrorAccess.token(environment: ["ROOST_MIRROR_TOKEN": Self.token], file: nil)?.value == Self.token)
        let file = try directory.write("token", Array("\(Self.token)\n".utf8))
        func mode(_ permissions: Int) throws {
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.string)
        }
        try mode(0o600)
        #expect(try MirrorAccess.token(environment: [:], file: file)?.value == Self.token)
        #expect(refusal { _ = try MirrorAccess.token(environment: ["ROOST_MIRROR_TOKEN": Self.token], file: file) }?.contains("Both") == true)
        try mode(0o640)
        #expect(refusal { _ = try MirrorAccess.token(environment: [:], file: file) }?.contains("chmod 600") == true)
        #expect(refusal { _ = try MirrorAccess.token(environment: [:], file: directory.path) }?.contains("cannot be read") == true)
    }

    @Test(
        "A token that can be guessed or that no header carries is refused, and not shown",
        arguments: ["short", "has a space in its midst", "ünïcödé-ünïcödé-ü"])
    func badTokens(text: String) {
        let message = refusal { _ = try MirrorAccess.token(environment: ["ROOST_MIRROR_TOKEN": text], file: nil) }
        #expect(message?.contains("16 or more") == true)
        #expect(message?.contains(text) == false)
    }
}
