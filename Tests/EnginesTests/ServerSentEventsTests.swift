import NIOCore
import RoostCore
import Testing

@testable import Engines

@Suite("Server-sent events")
struct ServerSentEventsTests {
    private static let text =
        ": ping\n\ndata: {\"a\":\"ü\"}\n\nevent: message\r\nid: 7\r\ndata: one\r\ndata:two\r\ndata\r\n\r\ndata:  spaced\r\r: x\ndata: [DONE]\n\ndata: cut off"
    private static let events = ["{\"a\":\"ü\"}", "one\ntwo\n", " spaced", "[DONE]"]

    @Test("Cutting the stream anywhere, also in two places, gives the same events")
    func everySplit() throws {
        let bytes = Array(Self.text.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var parser = ServerSentEvents()
                let parts = [bytes[..<first], bytes[first..<second], bytes[second...]]
                let events = try parts.flatMap { try parser.feed($0) }
                #expect(events == Self.events, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("Bytes one at a time, as buffers, give the same events")
    func oneByOne() throws {
        var parser = ServerSentEvents()
        let events = try Self.text.utf8.flatMap { try parser.feed(ByteBuffer(bytes: [$0])) }
        #expect(events == Self.events)
    }

    @Test("Bytes that are not UTF-8 do not stop the stream")
    func invalidUTF8() throws {
        var parser = ServerSentEvents()
        #expect(try parser.feed(Array("data: a".utf8) + [0xFF] + Array("b\n\n".utf8)) == ["a\u{FFFD}b"])
    }

    @Test("A line or an event beyond the limit is refused", arguments: ["data: ", "data: 12\ndata: 12\ndata: 12\ndata: "])
    func limit(start: String) throws {
        var parser = ServerSentEvents(limit: 16)
        #expect {
            _ = try parser.feed(Array((start + "12345678901").utf8))
        } throws: {
            ($0 as? RoostError)?.code == .engineRefused
        }
    }
}
