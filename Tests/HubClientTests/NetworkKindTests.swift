import HubTestSupport
import Logging
import NIOCore
import RoostCore
import SystemPackage
import Testing

@testable import HubClient

@Suite struct NetworkKindTests {
    @Test(arguments: [
        ("127.0.0.1", NetworkKind.loopback), ("127.255.255.254", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
        ("10.0.0.7", .local),
        ("172.15.255.255", .open), ("172.16.0.1", .local), ("172.31.255.255", .local), ("172.32.0.1", .open), ("192.168.0.1", .local),
        ("192.169.0.1", .open), ("100.63.0.1", .open), ("100.64.0.1", .local), ("100.128.0.1", .open), ("fd12::1", .local), ("fc00::", .local),
        ("169.254.169.254", .link), ("::ffff:169.254.169.254", .link), ("64:ff9b::a9fe:a9fe", .link), ("fe80::1", .link), ("febf::1", .link),
        ("fec0::1", .local), ("0.0.0.0", .nowhere), ("::", .nowhere), ("224.0.0.1", .nowhere), ("255.255.255.255", .nowhere), ("ff02::1", .nowhere),
        ("1.1.1.1", .open), ("2606:4700::1", .open), ("::10.0.0.7", .local), ("localhost", .loopback), ("x.localhost", .loopback),
        ("168.63.129.16", .link), ("168.63.129.17", .open), ("192.0.0.192", .link), ("192.0.1.1", .open), ("100.100.100.200", .link),
        ("::ffff:168.63.129.16", .link), ("64:ff9b::a83f:8110", .link), ("::ffff:0:169.254.169.254", .link), ("64:ff9b::7f00:1", .loopback),
        ("64:ff9b:1::a9fe:a9fe", .local), ("64:ff9b::101:101", .open), ("fd00:ec2::254", .link), ("FD00:EC2:0:0::0254", .link),
        ("fd00:ec2::253", .local),
        ("fd20:ce::254", .link), ("fd00:42::42", .link), ("fd00:c1::a9fe:a9fe", .link), ("2002:a9fe:a9fe::1", .link), ("2002:7f00:1::", .loopback),
        ("2002:101:101::1", .open), ("2001:0:101:101:0:0:5601:5601", .link), ("2001::80ff:fffe", .loopback), ("2001:4860::1", .open),
        ("fe80::5efe:10.0.0.7", .local), ("2606:4700::200:5efe:a9fe:a9fe", .link), ("198.18.0.1", .local), ("198.20.0.1", .open),
        ("192.0.2.1", .nowhere), ("198.51.100.7", .nowhere), ("203.0.113.9", .nowhere), ("2001:db8::1", .nowhere), ("100::1", .nowhere),
        ("::2", .nowhere), ("240.0.0.1", .nowhere),
        ("2852039166", .nowhere), ("0x7f.1", .nowhere), ("0251.0376.0251.0376", .nowhere), ("10.7", .nowhere), ("fe80::1%25lo", .nowhere),
        ("", .nowhere), ("huggingface.co", nil), ("127.0.0.1.example", nil), ("cdn-1.example.x1", nil),
    ]) func `a host shows where it is, or is a name`(host: String, kind: NetworkKind?) {
        #expect(NetworkKind.shown(by: host) == kind)
    }

    @Test func `a redirect may lead to the Internet and to where the Hub is, and nowhere else`() throws {
        func allows(_ place: String, from endpoint: String, at address: String?) throws -> Bool {
            let redirects = RedirectGuard(try HubEndpoint(parsing: endpoint))
            if let address { redirects.foundHub(at: try SocketAddress(ipAddress: address, port: 443)) }
            do {
                try redirects.check(SocketAddress(ipAddress: place, port: 80))
                return true
            } catch let error as RoostError {
                #expect(error.code == .hubProtocolViolation && error.message.contains(place), "\(error)")
                return false
            }
        }
        for place in ["127.0.0.1", "::1", "10.0.0.7", "169.254.169.254", "fe80::1", "0.0.0.0"] {
            #expect(try !allows(place, from: "https://huggingface.co", at: nil))
            #expect(try !allows(place, from: "https://huggingface.co", at: "18.0.0.1"))
        }
        #expect(try allows("18.0.0.2", from: "https://huggingface.co", at: nil))
        #expect(try allows("10.0.0.7", from: "http://mirror.lan", at: "192.168.1.5"))
        #expect(try !allows("127.0.0.1", from: "http://mirror.lan", at: "192.168.1.5"))
        #expect(try !allows("169.254.169.254", from: "http://192.168.1.5", at: nil))
        #expect(try allows("127.0.0.1", from: "http://localhost:8006", at: nil))
    }

    @Test func `a name that leads to this machine is found out before anything is sent`() async throws {
        try await ScriptedServer.run(ScriptedServer.always(.init(body: [1]))) { server in
            var configuration = HubConfiguration(endpoint: .huggingFace, token: nil, cacheDirectory: FilePath("/nowhere"))
            configuration.connectTimeout = .seconds(5)
            let connections = HubConnections(configuration)
            let transport = HubTransport(
                connections: connections, configuration: configuration, logger: .init(label: "test"), time: TimeSource(), pauses: [])
            // Like a redirect to an attacker's name that resolves to this machine.
            let url = try #require(RemoteURL("http://localhost:\(server.port)/x"))
            let error = await #expect(throws: RoostError.self) { try await transport.get(at: .init(url: url, isFromHub: false), range: nil) }
            try await connections.shutdown()
            #expect(error?.code == .hubProtocolViolation, "\(String(describing: error))")
            #expect(server.requests.isEmpty)
        }
    }
}
