import NIOCore

extension Fault {
    /// 30–37: answers to a `Range`.
    static let rangeLies: [Fault] = [
        lie(30, "200 and everything to a Range") { try await $0.everything() },
        lie(31, "206 from the wrong start") { exchange in
            let range = exchange.range
            let start = exchange.way(0, range.lowerBound - 1, range.lowerBound + 7)
            return exchange.honest.with("Content-Range", "bytes \(start)-\(start + range.count - 1)/\(exchange.honest.total)")
        },
        lie(32, "206 of another whole") {
            $0.honest.with("Content-Range", "bytes \($0.range.lowerBound)-\($0.range.upperBound - 1)/\($0.honest.total + $0.way(1, 4096, -1))")
        },
        lie(33, "206 without Content-Range") { $0.honest.with("Content-Range", nil) },
        lie(34, "multipart/byteranges") { exchange in
            var body = ByteBuffer(string: "--b\r\nContent-Range: \(exchange.honest.value(of: "Content-Range") ?? "")\r\n\r\n")
            body.writeImmutableBuffer(exchange.honest.body)
            body.writeString("\r\n--b--\r\n")
            return exchange.honest.with("Content-Range", nil).with("Content-Type", "multipart/byteranges; boundary=b").with(body: body)
        },
        lie(35, "206 with the right header and the bytes from the beginning") { exchange in
            let whole = try await exchange.everything().body
            return exchange.honest.with(body: whole.getSlice(at: whole.readerIndex, length: exchange.honest.body.readableBytes) ?? whole)
        },
        lie(36, "more bytes than were asked for") { exchange in
            var body = exchange.honest.body
            body.writeRepeatingByte(0x5A, count: exchange.way(1, 10_000, 3 << 20))
            return exchange.honest.with(body: body)
        },
        lie(37, "Accept-Ranges: none") { try await $0.everything().with("Accept-Ranges", "none") },
    ]

    /// The model's first answer is cut, so that the rest is asked for by range; every range gets the lie.
    static func lie(_ number: Int, _ name: String, _ lie: @escaping @Sendable (Exchange) async throws -> Answer) -> Fault {
        Fault(number, name, .succeeds, where: Exchange.model) { exchange in
            if exchange.isRange { return try await lie(exchange).whole }
            return exchange.turn == 1 ? exchange.honest.cut(at: exchange.fraction) + [.close] : exchange.honest.whole
        }
    }
}

extension Answer {
    /// A header's first value.
    func value(of name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The size of the file that this is, or a part of.
    var total: Int { value(of: "Content-Range").flatMap { $0.split(separator: "/").last.flatMap { Int($0) } } ?? body.readableBytes }
}

extension Exchange {
    /// The part that was asked for.
    var range: Range<Int> {
        let bounds = (headers["range"] ?? "").dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        return bounds.count == 2 ? bounds[0]..<bounds[1] + 1 : 0..<honest.body.readableBytes
    }
}
