import NIOCore
import RoostCore
import Testing

@testable import HTTPServing

@Suite("Networks that may read")
struct NetworkRangeTests {
    @Test(
        "An address is in a network when the leading bits agree",
        arguments: [
            ("192.168.0.0/16", "192.168.255.1", true), ("192.168.0.0/16", "192.169.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "fd00::1", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe80::1", false),
            ("::1", "::1", true), ("192.168.0.0/16", "::ffff:192.168.3.4", true), ("::ffff:192.168.0.0/16", "192.168.3.4", true),
            ("::/0", "192.168.3.4", false),
        ])
    func contains(network: String, address: String, isInside: Bool) throws {
        #expect(try NetworkRange(parsing: network).contains(SocketAddress(ipAddress: address, port: 1)) == isInside)
    }

    @Test(
        "Anything else is no network",
        arguments: [
            "", "lan", "192.168.0.0/33", "192.168.0.0/-1", "192.168.0.0/", "192.168.0/16", "fd00::/129", "1.2.3.4/5/6", "1.2.3.4/+8", "localhost/8",
        ])
    func refuses(text: String) {
        let error = #expect(throws: RoostError.self) { try NetworkRange(parsing: text) }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("A socket without an address is in no network") func unknown() throws {
        #expect(try !NetworkRange(parsing: "0.0.0.0/0").contains(SocketAddress(unixDomainSocketPath: "/x")))
    }
}
