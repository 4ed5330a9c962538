import NIOCore
import RoostCore

extension Fault {
    /// 46–50: encodings and redirects.
    static let encodings: [Fault] = [
        Fault(46, "a proxy's gzip, also on a range", .fails([.hubProtocolViolation])) { exchange in
            let strikes = exchange.way(exchange.isModel, exchange.isModel && exchange.turn > 1, exchange.kind == .tree)
            if strikes { return exchange.honest.with("Content-Encoding", "gzip").with(body: Gzip.stored(exchange.honest.body)).whole }
            // So that there is a range.
            return exchange.isModel && exchange.turn == 1 ? exchange.honest.cut(at: exchange.fraction) + [.close] : exchange.honest.whole
        },
        Fault(
            47, "a gzip bomb", .fails([.hubProtocolViolation]), where: { $0.kind == $0.way(.file(FaultRepository.model), .tree, .file("README.md")) }
        ) {
            $0.honest.with("Content-Encoding", "gzip").with(body: Gzip.bomb).whole
        },
        Fault(48, "redirects in a loop, or eleven of them", .fails([.hubProtocolViolation]), where: { $0.isModel || $0.target.hasPrefix("/hop/") }) {
            $0.redirectAgain().whole
        },
        Fault(49, "a redirect to where no redirect may lead", .fails([.hubProtocolViolation]), where: Exchange.model) { exchange in
            Answer.redirect(to: Self.forbiddenPlaces[exchange.seed % Self.forbiddenPlaces.count]).whole
        }.with { $0.variants = forbiddenPlaces.count },
        Fault(50, "a redirect to another host: the token stays", .succeeds, where: { $0.isModel && !$0.isElsewhere }) {
            Answer.redirect(to: "\($0.elsewhere)/signed/1\($0.target)?Signature=secret").whole
        },
    ]

    /// Other schemes, this machine's files, the clouds' metadata, and networks that the hub (on 127.0.0.1) is not in, in all their spellings.
    private static let forbiddenPlaces = [
        "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "ftp://127.0.0.1/x", "http://10.0.0.7/x",
        "http://192.168.1.1/x", "http://172.16.0.1/x", "http://[fd00::1]/x", "http://[::ffff:169.254.169.254]/x", "http://[::ffff:10.0.0.7]/x",
        "http://2852039166/latest/meta-data/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://10.7/x", "http://0.0.0.0/x",
        "http://[::]/x", "http://100.64.0.1/x", "http://224.0.0.1/x", "http://user:secret@127.0.0.1/x", "data:,x",
    ]
}

extension Exchange {
    /// To itself, there and back for ever, or one hop more than is followed.
    fileprivate func redirectAgain() -> Answer {
        let hop = target.hasPrefix("/hop/") ? Int(target.dropFirst("/hop/".count)) ?? 0 : 0
        return way(
            .redirect(to: target), .redirect(to: isElsewhere ? "\(hub)/hop/1" : "\(elsewhere)/hop/1"),
            hop < 11 ? .redirect(to: "/hop/\(hop + 1)") : Answer(200, [], ByteBuffer(string: "the end")))
    }
}

/// Bodies in gzip's format, RFC 1951 and 1952.
private enum Gzip {
    private static let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    /// The bytes in stored blocks. The checksum at the end is wrong, because no client may read that far.
    static func stored(_ body: ByteBuffer) -> ByteBuffer {
        var result = ByteBuffer(bytes: head)
        var rest = body
        while let block = rest.readSlice(length: min(65_535, rest.readableBytes)), block.readableBytes > 0 {
            result.writeInteger(UInt8(rest.readableBytes == 0 ? 1 : 0))
            result.writeInteger(UInt16(block.readableBytes), endianness: .little)
            result.writeInteger(~UInt16(block.readableBytes), endianness: .little)
            result.writeImmutableBuffer(block)
        }
        result.writeRepeatingByte(0, count: 8)
        return result
    }

    /// 1.3 MiB that become 208 MiB of zeros: one zero, and "again 258 times" over and over in 13 bits, with the fixed codes.
    static let bomb: ByteBuffer = {
        var bytes = head
        var bits: UInt32 = 0
        var count: UInt32 = 0
        func write(_ code: UInt32, _ length: UInt32) {
            for bit in 0..<length {
                bits |= (code >> (length - 1 - bit) & 1) << count
                count += 1
                guard count == 8 else { continue }
                bytes.append(UInt8(bits))
                (bits, count) = (0, 0)
            }
        }
        write(0b110, 3)  // The last block; fixed codes, whose number is written from its lowest bit.
        write(0b0011_0000, 8)
        for _ in 0..<840_000 { write(0b1_1000_1010_0000, 13) }
        write(0, 15)
        return ByteBuffer(bytes: bytes)
    }()
}
