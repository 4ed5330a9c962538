import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServing

@Suite struct HTTPExchangeTests {
    private func head(_ version: HTTPVersion = .http1_1, _ headers: HTTPHeaders = [:]) -> HTTPServerRequestPart {
        .head(HTTPRequestHead(version: version, method: .POST, uri: "/", headers: headers))
    }

    private func answer(_ exchange: inout HTTPExchange, _ headers: HTTPHeaders = [:]) -> (head: HTTPResponseHead, end: HTTPExchange.End) {
        var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        exchange.write(&head)
        return (head, exchange.writeEnd())
    }

    @Test func `a complete request leaves the connection open`() {
        var exchange = HTTPExchange()
        for _ in 0..<3 {
            exchange.read(head())
            exchange.read(.end(nil))
            let (head, end) = answer(&exchange)
            #expect(end == .none && head.headers["connection"].isEmpty && head.version == .http1_1)
            #expect(!exchange.isOver)
        }
    }

    @Test func `an answer before the end of the body ends the connection`() {
        var exchange = HTTPExchange()
        exchange.read(head())
        exchange.read(.body(ByteBuffer(string: "x")))
        let (head, end) = answer(&exchange)
        #expect(end == .close && head.headers["connection"] == ["close"] && exchange.isOver)
    }

    @Test func `only the request that is answered counts, not one that is still being read behind it`() {
        var exchange = HTTPExchange()
        exchange.read(head())
        exchange.read(.end(nil))
        exchange.read(head())
        let first = answer(&exchange).end
        exchange.read(.end(nil))
        let second = answer(&exchange).end
        #expect(first == .none && second == .none)
    }

    @Test func `a connection ends when either side says close, and after HTTP 1 0`() {
        var asked = HTTPExchange()
        asked.read(head(.http1_1, ["Connection": "close"]))
        asked.read(.end(nil))
        let byClient = answer(&asked).end
        var told = HTTPExchange()
        told.read(head())
        told.read(.end(nil))
        let byAnswer = answer(&told, ["Connection": "close"]).end
        #expect(byClient == .close && byAnswer == .close)
        var old = HTTPExchange()
        old.read(head(.http1_0, ["Connection": "keep-alive"]))
        old.read(.end(nil))
        let (head, end) = answer(&old)
        #expect(end == .close && head.version == .http1_0)
    }

    @Test func `who waits for a continue is told once, and never when the body came by itself`() {
        var exchange = HTTPExchange()
        exchange.read(head(.http1_1, ["Expect": "100-Continue"]))
        let told = (exchange.takeContinue(), exchange.takeContinue())
        #expect(told == (true, false))
        var impatient = HTTPExchange()
        impatient.read(head(.http1_1, ["Expect": "100-continue"]))
        impatient.read(.body(ByteBuffer(string: "x")))
        let needless = impatient.takeContinue()
        #expect(!needless)
        var old = HTTPExchange()
        old.read(head(.http1_0, ["Expect": "100-continue"]))
        let unknown = old.takeContinue()
        #expect(!unknown)
    }
}

@Suite struct ReaderPaceTests {
    @Test func `a slow client that gets on stays, one that stands still does not`() {
        var pace = ReaderPace(leastBytes: 100)
        pace.begin(waiting: 1000)
        let passes = [900, 800, 701, 0].map { pace.passes(waiting: $0) }
        #expect(passes == [true, true, false, true])
    }
}

@Suite struct ConnectionCounterTests {
    @Test func `addresses of one IPv6 network count as one client, and IPv4 addresses each`() throws {
        func client(_ text: String) throws -> String? { ConnectionCounter.client(at: try SocketAddress(ipAddress: text, port: 1)) }
        #expect(try client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(try client("2001:db8:1:2::1") != client("2001:db8:1:3::1"))
        #expect(try client("192.0.2.1") == "192.0.2.1" && client("::ffff:192.0.2.1") == "192.0.2.1")
        #expect(try client("192.0.2.1") != client("192.0.2.2"))
        #expect(ConnectionCounter.client(at: try SocketAddress(unixDomainSocketPath: "/tmp/s")) == nil)
    }

    @Test func `places are counted by address, and given back`() {
        let counter = ConnectionCounter(mostPerAddress: 2)
        #expect(counter.take("10.0.0.1") && counter.take("10.0.0.1"))
        #expect(!counter.take("10.0.0.1"))
        #expect(counter.take("10.0.0.2"))
        counter.giveBack("10.0.0.1")
        #expect(counter.take("10.0.0.1"))
        #expect(!counter.take("10.0.0.1"))
    }
}
