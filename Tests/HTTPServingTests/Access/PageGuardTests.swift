import HTTPTypes
import Hummingbird
import Testing

@testable import HTTPServing

@Suite struct PageGuardTests {
    private func verdict(
        _ headers: [(String, String)], host: String = "127.0.0.1:8005", allowed: [String] = [], trustsThisMachine: Bool = true
    ) throws -> PageGuard.Verdict {
        var fields = HTTPFields()
        for (name, value) in headers { fields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value)) }
        let head = HTTPRequest(method: .get, scheme: "http", authority: host, path: "/jobs", headerFields: fields)
        let pages = PageGuard(allowedHosts: allowed.compactMap { HostName($0) }, trustsThisMachine: trustsThisMachine)
        return try pages.verdict(on: Request(head: head, body: RequestBody(buffer: .init())), for: #require(HostName(host)))
    }

    private func isForeign(_ verdict: PageGuard.Verdict) -> Bool { if case .foreign = verdict { true } else { false } }

    @Test(arguments: [
        ("http://192.168.1.5:8005", "192.168.1.5:8005"), ("http://roost.lan", "roost.lan"), ("http://roost.lan", "roost.lan:80"),
        ("https://roost.lan", "roost.lan"), ("https://roost.lan", "roost.lan:443"), ("http://ROOST.lan.:8005", "roost.lan:8005"),
        ("http://[fd00::7]:8005", "[fd00:0:0::7]:8005"),
    ])
    func `a page of this server is ours`(origin: String, host: String) throws {
        #expect(try verdict([("Origin", origin)], host: host) == .ours)
    }

    @Test(arguments: [
        // With --allow-remote the server goes by any address, and so does a page of the Internet.
        ("http://203.0.113.5", "192.168.1.5:8005"), ("http://203.0.113.5:8005", "192.168.1.5:8005"), ("http://192.168.1.5:3000", "192.168.1.5:8005"),
        ("http://192.168.1.5", "192.168.1.5:8005"), ("https://192.168.1.5:8006", "192.168.1.5:8005"), ("http://localhost:3000", "192.168.1.5:8005"),
        ("http://[2606:4700::200:5efe:7f00:1]", "127.0.0.1:8005"), ("http://127.0.0.1.evil.example", "127.0.0.1:8005"),
        ("http://localhost.evil.example", "localhost:8005"), ("http://localhost:80@evil.example", "localhost:8005"),
        ("http://[::1]evil.example", "[::1]:8005"), ("http://roost.lan:8080", "roost.lan"), ("http://roost.lan", "roost.lan:8005"),
        ("null", "127.0.0.1:8005"),
        ("", "127.0.0.1:8005"), ("http://", "127.0.0.1:8005"), ("http://localhost:3000, http://evil.example", "127.0.0.1:8005"),
        ("http://127.0.0.1/", "127.0.0.1:8005"), ("file://", "127.0.0.1:8005"), ("chrome-extension://abcdefgh", "127.0.0.1:8005"),
        ("ftp://localhost", "127.0.0.1:8005"), ("http://2130706433", "127.0.0.1:8005"), ("http:localhost", "127.0.0.1:8005"),
    ])
    func `any other page is foreign`(origin: String, host: String) throws {
        #expect(isForeign(try verdict([("Origin", origin)], host: host)))
    }

    @Test func `two origins are none`() throws {
        #expect(isForeign(try verdict([("Origin", "http://localhost:3000"), ("Origin", "http://localhost:3000")])))
    }

    @Test(arguments: ["http://localhost:3000", "http://127.0.0.1:8005", "https://[::1]:3000", "http://127.9.9.9"])
    func `pages of this machine may use its loopback address, unless the server says otherwise`(origin: String) throws {
        #expect(try verdict([("Origin", origin)], host: "localhost:8005") == .allowed(origin: origin))
        #expect(isForeign(try verdict([("Origin", origin)], host: "localhost:8005", trustsThisMachine: false)))
    }

    @Test func `a configured host may, by any scheme and, if it names one, by its port only`() throws {
        let allowed = ["app.example.com", "other.example:3000", "tls.example:443"]
        for origin in ["https://app.example.com", "http://app.example.com:8080", "http://other.example:3000", "https://tls.example"] {
            #expect(try verdict([("Origin", origin)], host: "192.168.1.5:8005", allowed: allowed) == .allowed(origin: origin))
        }
        for origin in ["http://other.example", "http://tls.example", "https://x.app.example.com", "https://app.example.com.evil.example"] {
            #expect(isForeign(try verdict([("Origin", origin)], allowed: allowed)))
        }
    }

    @Test(arguments: [
        ("same-origin", "192.168.1.5:8005", true), ("none", "192.168.1.5:8005", true), ("cross-site", "127.0.0.1:8005", false),
        ("Cross-Site", "127.0.0.1:8005", false), ("same-site", "roost.lan", false), ("same-site", "localhost:8005", true),
        ("something new", "127.0.0.1:8005", false), ("", "127.0.0.1:8005", false), ("none, cross-site", "127.0.0.1:8005", false),
    ])
    func `where a browser leaves the origin out, it says whose page it is all the same`(site: String, host: String, isOurs: Bool) throws {
        #expect(isForeign(try verdict([("Sec-Fetch-Site", site)], host: host)) == !isOurs)
    }

    @Test func `another scheme of the same host is another origin where the browser says so`() throws {
        #expect(isForeign(try verdict([("Origin", "http://roost.lan"), ("Sec-Fetch-Site", "cross-site")], host: "roost.lan")))
        #expect(try verdict([("Origin", "https://roost.lan"), ("Sec-Fetch-Site", "same-origin")], host: "roost.lan") == .ours)
    }

    @Test func `a program says nothing of pages`() throws { #expect(try verdict([]) == .ours) }
}
