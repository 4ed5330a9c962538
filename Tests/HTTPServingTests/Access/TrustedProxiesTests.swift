import HTTPTypes
import NIOCore
import Testing

@testable import HTTPServing

@Suite struct TrustedProxiesTests {
    @Test(
        arguments: [
            // No proxy is trusted, or the peer is none: the header counts nothing.
            ([], "10.0.0.1", "1.2.3.4", nil), (["10.0.0.0/8"], "192.168.0.1", "1.2.3.4", nil), (["10.0.0.0/8"], "10.0.0.1", nil, nil),
            (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4", "1.2.3.4"), (["10.0.0.0/8"], "10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
            (["10.0.0.0/8"], "10.0.0.1", "9.9.9.9,1.2.3.4 , 10.0.0.7", "1.2.3.4"), (["10.0.0.0/8", "::1"], "::1", "fd00::7,10.0.0.7", "fd00::7"),
            // What is no address is not passed over: what stands before it is the client's word alone.
            (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, unknown", nil), (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4,", nil),
            (["10.0.0.0/8"], "10.0.0.1", "", nil),
            (["10.0.0.0/8"], "10.0.0.1", "10.0.0.7", nil), (["10.0.0.0/8"], "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ] as [([String], String, String?, String?)])
    func `the client is the last address that is no trusted proxy`(networks: [String], peer: String, header: String?, client: String?) throws {
        let proxies = TrustedProxies(try networks.map { try NetworkRange(parsing: $0) })
        var headers: HTTPFields = [:]
        if let header { headers[try #require(HTTPField.Name("X-Forwarded-For"))] = header }
        #expect(try proxies.client(of: SocketAddress(ipAddress: peer, port: 1), headers) == client)
    }

    @Test func `a long list is not searched to its end`() throws {
        let proxies = TrustedProxies([try NetworkRange(parsing: "10.0.0.0/8")])
        let list = (["1.2.3.4"] + Array(repeating: "10.0.0.1", count: 1000)).joined(separator: ",")
        let headers: HTTPFields = [try #require(HTTPField.Name("X-Forwarded-For")): list]
        #expect(try proxies.client(of: SocketAddress(ipAddress: "10.0.0.1", port: 1), headers) == nil)
    }
}
