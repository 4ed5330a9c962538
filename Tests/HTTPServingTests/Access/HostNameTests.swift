import Testing

@testable import HTTPServing

@Suite struct HostNameTests {
    @Test(
        arguments: [
            ("localhost", "localhost", nil), ("LocalHost:8005", "localhost", 8005), ("localhost.", "localhost", nil),
            ("localhost.:1", "localhost", 1),
            ("127.0.0.1", "127.0.0.1", nil), ("127.0.0.1.:80", "127.0.0.1", 80), ("[::1]", "::1", nil), ("[::1]:65535", "::1", 65_535),
            ("[0:0:0:0:0:0:0:1]:8005", "::1", 8005), ("[FD00::0007]", "fd00::7", nil), ("app.example.com:3000", "app.example.com", 3000),
            ("my_nas-2.lan", "my_nas-2.lan", nil), ("7server", "7server", nil), ("xn--bcher-kva.example", "xn--bcher-kva.example", nil),
        ] as [(String, String, Int?)])
    func `a host is a name or an address, with or without a port`(text: String, name: String, port: Int?) {
        let host = HostName(text)
        #expect(host?.text == name)
        #expect(host?.port == port)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", "localhost..", "localhost:", "localhost:0", "localhost:65536", "localhost:8005x", "localhost:+80",
        "localhost:٨٠",
        "localhost:80@evil.example", "localhost@evil.example", "user:pass@localhost", "localhost#x", "localhost/x", "localhost?x", "localhost\\x",
        "local host", " localhost", "localhost ", "localhost\t", "local\u{0}host", "loca\u{6C}\u{301}host", "lo\u{212A}alhost", "ｌocalhost",
        "%6cocalhost",
        "[::1]evil.example", "[::1].", "[::1]x:80", "[::1", "::1", "::1]", "[]", "[localhost]", "[127.0.0.1]", "[::1%25lo]", "[::1]:", "[::1]:0",
        "[[::1]]",
        "127.1", "0x7f000001", "0x7f.1", "2130706433", "127.0.0.1.1", "evil.123", "1.2.3.4.example.0x1", "http://localhost", "localhost,evil.example",
        "*",
        String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "b",
    ])
    func `what is not plainly a host is none`(text: String) {
        #expect(HostName(text) == nil)
    }

    @Test(arguments: [
        ("localhost", true), ("127.0.0.1:1", true), ("127.255.0.9", true), ("[::1]", true), ("[::ffff:127.0.0.1]", true), ("128.0.0.1", false),
        ("127.0.0.1.nip.io", false), ("127.example", false), ("localhost.example", false), ("x.localhost", false), ("[::2]", false),
        ("0.0.0.0", false),
        // Another network can have such an address, though it holds a loopback one.
        ("[2606:4700::200:5efe:7f00:1]", false), ("[64:ff9b::7f00:1]", false), ("[2002:7f00:1::1]", false),
    ])
    func `loopback is what only this machine can mean`(text: String, isLoopback: Bool) {
        #expect(HostName(text)?.isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("::1", "::1"), ("::", "::"), ("[::1]", "::1"), ("0.0.0.0", "0.0.0.0"), ("nas.lan", "nas.lan"), ("localhost:80", nil), ("::1:x", nil),
    ])
    func `where to listen is named without a port`(text: String, name: String?) {
        #expect(HostName(bare: text)?.text == name)
    }

    @Test func `an entry with a port names that port only, and one without names all`() throws {
        let hosts = try ["roost.lan", "app.example.com:3000", "tls.example:443", "[fd00::7]:8005"].map { try #require(HostName($0)) }
        func isNamed(_ text: String) -> Bool { HostName(text)?.isNamed(in: hosts, defaultPorts: [80, 443]) == true }
        for text in ["roost.lan", "ROOST.lan.", "roost.lan:1", "app.example.com:3000", "tls.example", "tls.example:443", "[fd00:0::7]:8005"] {
            #expect(isNamed(text), "\(text)")
        }
        for text in ["app.example.com", "app.example.com:3001", "x.roost.lan", "roost.lan.evil.example", "tls.example:80", "[fd00::7]"] {
            #expect(!isNamed(text), "\(text)")
        }
    }
}
