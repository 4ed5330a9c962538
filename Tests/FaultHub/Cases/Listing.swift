import Foundation
import NIOCore
import RoostCore

extension Fault {
    /// 51 and 52: hostile lists of files.
    static let listings: [Fault] = [
        // A list that cannot be read at all may be a captive portal's; that is tried again.
        Fault(51, "hostile names", .fails([.hubProtocolViolation, .hubFailure])) { exchange in
            if exchange.kind == .tree { return try exchange.hostileList() }
            // A client that accepts the list would get bytes for every name in it.
            guard case .file = exchange.kind, exchange.honest.status == 404 else { return exchange.honest.whole }
            return Answer(200, [("ETag", "\"\(Exchange.planted.oid)\"")], ByteBuffer(string: Exchange.planted.content)).whole
        }.with {
            $0.variants = HostileName.all.count + 4
            $0.maxRetries = 1
        },
        Fault(
            52, "sizes of −1, 2^63, 10 PB, and others", .fails([.hubProtocolViolation, .hubFailure, .insufficientSpace]), where: { $0.kind == .tree }
        ) {
            let sizes = ["-1", "9223372036854775808", "10000000000000000", "1e30", "null", "\"12\"", "1.5", "9223372036854775807"]
            let honest = String(buffer: $0.honest.body)
            let size = "\"size\":\(FaultRepository.size(seed: $0.seed))"
            return $0.honest.with(body: ByteBuffer(string: honest.replacing(size, with: "\"size\":" + sizes[$0.seed % sizes.count]))).whole
        }.with {
            $0.variants = 8
            $0.maxRetries = 1
        },
    ]
}

/// A name that leads out of its folder or is none, as JSON writes it.
enum HostileName {
    static let all: [String] = [
        #"../escaped.md"#, #"/escaped.md"#, #"a/./escaped.md"#, #"./escaped.md"#, #"//escaped.md"#, #"esc\u0000aped.md"#, "", "a//escaped.md",
        "a/../../escaped.md", "..", ".", #"..\/..\/escaped.md"#, #"\u002e\u002e/escaped.md"#, "~/../escaped.md", #"a/\u002e\u002e/escaped.md"#,
        "../../blobs/escaped.md", "refs/../../escaped.md", "README.md/escaped.md", "README.md", "a/", "a/..", "a/.", "../", "a/b/../../../escaped.md",
        "a//", "/", "a/b/..", #"\/escaped.md"#, #"..\u002fescaped.md"#, #"a\u002f..\u002f..\u002fescaped.md"#, #"a/\u0000/../escaped.md"#, "refs/..",
    ]
}

extension Exchange {
    /// A file that does not exist: its name is the attack.
    static let planted = (content: "planted\n", oid: "f1a5da22e2020f6fe0e2515cf612e9a5ac33577f")

    private static func entry(_ name: String) -> String {
        #"{"type":"file","path":"\#(name)","size":\#(planted.content.utf8.count),"oid":"\#(planted.oid)"}"#
    }

    /// The honest list with something more at its end, by the seed.
    fileprivate func hostileList() throws -> [Step] {
        let names = HostileName.all
        let honest = String(buffer: honest.body)
        func list(_ more: String...) -> [Step] {
            let text = String(honest.dropLast()) + "," + more.map(Self.entry).joined(separator: ",") + "]"
            return self.honest.with(body: ByteBuffer(string: text)).whole
        }
        switch seed % (names.count + 4) {
        case let index where index < names.count: return list(names[index])
        case names.count:
            // Not UTF-8.
            let parts = (String(honest.dropLast()) + "," + Self.entry("@") + "]").split(separator: "@", maxSplits: 1)
            return self.honest.with(body: ByteBuffer(bytes: Array(parts[0].utf8) + [0xFF, 0xFE, 0xC0, 0x80] + Array(parts[1].utf8))).whole
        case names.count + 1: return list("escaped.md", "escaped.md")
        case names.count + 2:
            let many = (0...200_000).map { Self.entry("f\($0).bin") }.joined(separator: ",")
            return self.honest.with(body: ByteBuffer(string: "[" + many + "]")).whole
        default:
            // As long as the client reads.
            let page = ByteBuffer(string: String(repeating: Self.entry("f.bin") + ",\n", count: 2000))
            return [.send(Answer(200).head(length: 10_000_000_000)), .send(ByteBuffer(string: "[")), .sendForEver(page)]
        }
    }
}
