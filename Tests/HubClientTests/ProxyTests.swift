import HubTestSupport
import RoostCore
import Testing

@testable import HubClient

@Suite struct ProxyTests {
    private func origin(_ text: String) throws -> HTTPOrigin { try #require(RemoteURL(text)).origin }

    private static let environment = [
        "HTTPS_PROXY": "http://user:se%3Acret@proxy.lan:3128", "http_proxy": "plain.lan", "HTTP_PROXY": "ignored.lan",
        "NO_PROXY": "internal.example, .dotted.example,10.0.0.7:8443,[fe80::1]:443, *.star.example",
    ]

    @Test(arguments: [
        ("https://huggingface.co", "proxy.lan:3128"), ("http://huggingface.co", "plain.lan:80"), ("https://internal.example", nil),
        ("https://a.internal.example", nil), ("https://notinternal.example", "proxy.lan:3128"), ("https://x.dotted.example", nil),
        ("https://dotted.example", nil), ("https://10.0.0.7:8443", nil), ("https://10.0.0.7", "proxy.lan:3128"), ("https://a.star.example", nil),
        ("https://[fe80::1]", nil), ("http://127.0.0.1:8006", nil), ("http://localhost:1", nil), ("https://[::1]", nil),
    ]) func `the variables decide who goes through which proxy`(url: String, proxy: String?) throws {
        let rules = try ProxyRules(environment: Self.environment)
        #expect(rules.proxy(for: try origin(url))?.description == proxy)
    }

    @Test func `a proxy's password is decoded, sent, and never shown`() throws {
        let proxy = try #require(try ProxyRules(environment: Self.environment).proxy(for: origin("https://huggingface.co")))
        #expect(proxy.credentials == .init(user: "user", password: "se:cret"))
        #expect(!"\(proxy)".contains("cret"))
        let error = try #require(throws: RoostError.self) { try ProxyRules(environment: ["ALL_PROXY": "ftp://u:secret@x"]) }
        #expect(error.field == "ALL_PROXY" && !error.message.contains("secret"))
    }

    @Test func `everything is direct where no variable or a star says so`() throws {
        #expect(try ProxyRules(environment: [:]).proxy(for: origin("https://huggingface.co")) == nil)
        let none = try ProxyRules(environment: ["ALL_PROXY": "p:1", "NO_PROXY": "*"])
        #expect(none.proxy(for: try origin("https://huggingface.co")) == nil)
        let socks = try ProxyRules(environment: ["ALL_PROXY": "socks5://127.0.0.1"])
        #expect(socks.proxy(for: try origin("https://huggingface.co"))?.port == 1080)
    }

    @Test(arguments: ["http", "https"]) func `a request goes to the proxy, and a failure says which place was not reached`(scheme: String)
        async throws
    {
        try await Fixture.run(
            environment: { ["HF_ENDPOINT": "\(scheme)://hub.invalid", "ALL_PROXY": "http://u:p@127.0.0.1:\($0)"] },
            answering: ScriptedServer.always(.init(status: 502))
        ) { hub in
            let error = await #expect(throws: RoostError.self) { try await hub.client.resolve(hub.revision.repository) }
            let request = try #require(hub.server.requests.first)
            #expect(request.target == (scheme == "http" ? "hub.invalid:80" : "hub.invalid:443"))
            #expect(request.headers["proxy-authorization"] == "Basic dTpw")
            #expect(error?.isTransient == true && error?.message.contains("hub.invalid") == true)
        }
    }
}
