import HubTestSupport
import RoostCore
import Testing

@testable import HubClient

@Suite struct HubRedirectTests {
    private let content = Fixture.bytes(5000)

    @Test func theTokenStaysAtTheHubEvenWhenARedirectComesBack() async throws {
        let file = try Fixture.file("m.gguf", content)
        let backAtHub = Recorder<String>()
        try await ScriptedServer.run { request in
            // The storage sends the client on to where it says, with the signature in the query.
            ScriptedServer.Response(status: 302, headers: [("Location", "http://\(request.target.dropFirst("/to/".count))/back?Signature=a%2Bb")])
        } _: { storage in
            try await Fixture.run(token: "hf_secret") { [content] request in
                switch request.target {
                case "/back?Signature=a%2Bb":
                    backAtHub.add(request.headers["authorization"] ?? "none")
                    return ScriptedServer.Response(body: content)
                case "/same-origin":
                    let host = request.headers["host"] ?? ""
                    return ScriptedServer.Response(status: 302, headers: [("Location", "\(storage.origin)/to/\(host)")], body: [1, 2, 3])
                default:
                    return ScriptedServer.Response(status: 307, headers: [("Location", "/same-origin")])
                }
            } _: { hub in
                let path = try await hub.download(file)
                #expect(hub.content(path) == content)
                #expect(hub.server.requests.prefix(2).map { $0.headers["authorization"] } == ["Bearer hf_secret", "Bearer hf_secret"])
                #expect(storage.requests.count == 1)
                #expect(storage.requests.allSatisfy { $0.headers["authorization"] == nil })
                #expect(backAtHub.values == ["none"])
            }
        }
    }

    @Test func aRangeTravelsWithTheRedirect() async throws {
        let content = Fixture.bytes(500_000)
        let file = try Fixture.file("m.gguf", content)
        try await ScriptedServer.run(ScriptedServer.serving(content)) { storage in
            try await Fixture.run(answering: ScriptedServer.always(.init(status: 302, headers: [("Location", "\(storage.origin)/f")]))) { hub in
                try hub.leave(content.prefix(100), at: hub.partial(file))
                #expect(hub.content(try await hub.download(file)) == content)
                #expect(storage.requests.map { $0.headers["range"] } == ["bytes=100-499999"])
            }
        }
    }

    @Test func anExpiredSignedLinkIsWorthAnotherTryAndKeepsItsSecret() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await ScriptedServer.run({ _ in ScriptedServer.Response(status: 403) }) { storage in
            try await Fixture.run { _ in
                ScriptedServer.Response(status: 302, headers: [("Location", "\(storage.origin)/f?Signature=top-secret")])
            } _: { hub in
                let error = try await hub.failure(of: file)
                #expect(error.code == .hubFailure)
                #expect(error.isTransient)
                #expect(!error.traceback.contains("top-secret"))
            }
        }
    }

    @Test func aLoopOfRedirectsEnds() async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 302, headers: [("Location", "/again")]))) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .hubProtocolViolation)
            #expect(hub.server.requests.count == HubTransport.mostRedirects + 1)
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:pw@127.0.0.1/x", "unix:/tmp/s"])
    func aRedirectToAnotherKindOfPlaceIsRefused(location: String) async throws {
        let file = try Fixture.file("m.gguf", content)
        try await Fixture.run(answering: ScriptedServer.always(.init(status: 302, headers: [("Location", location)]))) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .hubProtocolViolation)
            #expect(hub.server.requests.count == 1)
        }
    }

    @Test func aRedirectFromHTTPSToHTTPIsRefused() async throws {
        try await Fixture.run(answering: ScriptedServer.always(.init())) { hub in
            let transport = hub.client.transport
            let secure = try #require(RemoteURL("https://hub.example/f?Signature=s"))
            let error = try #require(throws: RoostError.self) { try transport.target(of: "http://hub.example/f", from: secure) }
            #expect(error.code == .hubProtocolViolation)
            #expect(try transport.target(of: "/g", from: secure).text == "https://hub.example/g")
            let plain = try #require(RemoteURL("http://hub.example/f"))
            #expect(try transport.target(of: "https://cdn.example/f", from: plain).origin.scheme == .https)
        }
    }
}
