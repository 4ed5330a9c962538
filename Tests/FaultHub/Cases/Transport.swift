import NIOCore
import RoostCore

extension Fault {
    /// 1–15: the connection.
    static let transport: [Fault] = [
        Fault(1, "connection refused", .succeeds) { $0.honest.whole }.with { $0.way = .refusedAtFirst },
        Fault(2, "DNS failure, then success", .succeeds) { $0.honest.whole }.with { $0.way = .nameless },
        Fault(3, "TLS: expired, wrong host or unknown issuer", .fails([.hubProtocolViolation])) { $0.honest.whole }.with { $0.way = .untrusted },
        Fault(4, "RST after the headers", .succeeds, where: Exchange.earlyModel) { $0.honest.cut(at: 0) + [.reset] },
        Fault(5, "RST mid-body", .succeeds, where: Exchange.earlyModel) { $0.honest.cut(at: $0.fraction) + [.reset] },
        Fault(6, "FIN early, with Content-Length", .succeeds, where: Exchange.earlyModel) { $0.honest.cut(at: $0.fraction) + [.close] },
        Fault(7, "FIN early, in chunks without the last", .succeeds, where: Exchange.earlyModel) {
            $0.honest.cut(at: $0.fraction, isChunked: true) + [.close]
        },
        Fault(8, "stall before the headers", .succeeds, where: { $0.isEarly && $0.kind == $0.way(.info, .tree, .file(FaultRepository.model)) }) { _ in
            [.hang]
        }.with { $0.patience = .seconds(3) },
        Fault(9, "stall at 99 %", .succeeds, where: Exchange.earlyModel) { $0.honest.cut(at: 0.99) + [.hang] }.with { $0.patience = .seconds(3) },
        Fault(10, "trickle: a byte now and then", .succeeds, where: Exchange.earlyModel) {
            [.send($0.honest.head(length: $0.honest.body.readableBytes)), .drip($0.honest.body, bytes: 1, every: .milliseconds(300))]
        }.with { $0.patience = .seconds(3) },
        Fault(11, "slow, then fast", .succeeds, where: Exchange.earlyModel) { exchange in
            var rest = exchange.honest.body
            let slow = rest.readSlice(length: min(100_000, rest.readableBytes)) ?? ByteBuffer()
            let head = exchange.honest.head(length: exchange.honest.body.readableBytes)
            return [.send(head), .drip(slow, bytes: 4000, every: .milliseconds(100)), .send(rest)]
        }.with { $0.patience = .seconds(3) },
        Fault(12, "keep-alive closed between requests", .succeeds) { exchange in
            switch exchange.seed % 3 {
            case 0: exchange.honest.whole + [.close]
            case 1: exchange.turnOfConnection > 1 ? [.close] : exchange.honest.whole
            default: exchange.turnOfConnection > 1 ? [.reset] : exchange.honest.whole
            }
        },
        Fault(13, "HTTP/2: GOAWAY, RST_STREAM, a status line of 2", .succeeds, where: { $0.isEarly && ($0.kind == .info || $0.isModel) }) {
            [.send(ByteBuffer(bytes: $0.way(Self.goAway, Self.resetStream, Array("HTTP/2 200\r\ncontent-length: 0\r\n\r\n".utf8)))), .close]
        },
        Fault(
            14, "headers over 80 KiB, or 10,000 of them", .succeeds, where: { $0.isEarly && $0.kind == $0.way(.info, .file(FaultRepository.model)) }
        ) {
            exchange in
            var answer = exchange.honest
            answer.headers += exchange.way(
                [("X-Long", String(repeating: "x", count: 100_000))], (1...10_000).map { ("X-\($0)", "y") },
                (1...200).map { ("X-\($0)", String(repeating: "z", count: 1000)) })
            return answer.whole
        },
        Fault(15, "network off for a while, then back", .succeeds) { exchange in
            guard let since = exchange.sinceModel else {
                return exchange.isModel ? exchange.honest.cut(at: exchange.fraction) + [.hang] : exchange.honest.whole
            }
            return since < .seconds(3) ? [.hang] : exchange.honest.whole
        }.with { $0.patience = .seconds(3) },
    ]

    /// SETTINGS and GOAWAY, RFC 9113, section 6.
    private static let goAway: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 8, 7, 0, 0, 0, 0, 0] + [0, 0, 0, 1, 0, 0, 0, 11]
    private static let resetStream: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 4, 3, 0, 0, 0, 0, 1] + [0, 0, 0, 8]
}
