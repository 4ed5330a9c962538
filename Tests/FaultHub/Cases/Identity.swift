import Foundation
import NIOCore
import RoostCore

extension Fault {
    /// 38–45: what a file is.
    static let identities: [Fault] = [
        Fault(38, "the commit changes between two tries", .succeeds) { exchange in
            if exchange.isModel, exchange.sinceModel == nil, exchange.honest.status == 200 {
                return exchange.honest.cut(at: exchange.fraction) + [.close]
            }
            // A longer wait than is spent in place, until the pull begins another try.
            if exchange.isModel, exchange.tries < 2 { return Answer.page(503, "Service Unavailable").with("Retry-After", "4").whole }
            // The old commit stays readable, as it does on the Hub; `main` moves on.
            if exchange.kind == .info, exchange.turn > 1 { return try await exchange.other().whole }
            return exchange.honest.status == 404 ? try await exchange.other().whole : exchange.honest.whole
        }.with { $0.endsWithOther = true },
        Fault(39, "the same ETag, other bytes", .fails([.digestMismatch]), where: { $0.isModel && ($0.isRange || $0.turn > 1) }) {
            $0.honest.with(body: try await $0.other().body).whole
        }.spoilingFirstModel(),
        Fault(40, "a weak ETag only", .succeeds, where: Exchange.model) { exchange in
            exchange.honest.with("X-Linked-ETag", nil).with("ETag", "W/\"\(exchange.way("1", "abc", ""))\"").whole
        }.spoilingFirstModel(),
        Fault(41, "no ETag", .succeeds, where: Exchange.model) { $0.honest.with("X-Linked-ETag", nil).with("ETag", nil).whole }.spoilingFirstModel(),
        Fault(42, "the size in the list is not the file's", .fails([.sizeMismatch]), where: { $0.kind == .tree }) { exchange in
            try exchange.listing { entry in entry["size"] = exchange.way(-1, 1, 4096) + (entry["size"] as? Int ?? 0) }.whole
        },
        Fault(43, "one bit is not as the list's sha256 says", .fails([.digestMismatch])) { exchange in
            guard exchange.isModel else { return exchange.honest.whole }
            let place = Int(Double(exchange.honest.total) * Double(exchange.seed + 1) / 4) - exchange.range.lowerBound
            var body = exchange.honest.body
            if (0..<body.readableBytes).contains(place), let byte = body.getInteger(at: body.readerIndex + place, as: UInt8.self) {
                body.setInteger(byte ^ 4, at: body.readerIndex + place)
            }
            return exchange.honest.with(body: body).whole
        },
        Fault(44, "the file is removed in the middle", .fails([.entryNotFound]), where: { $0.isModel && ($0.isRange || $0.turn > 1) }) {
            Answer.page(404, "Not Found").with("X-Error-Code", "EntryNotFound").with("X-Repo-Commit", $0.commit).whole
        }.spoilingFirstModel(),
        Fault(45, "two mirrors disagree", .fails([.digestMismatch, .revisionNotFound])) { exchange in
            let strikes = exchange.way(exchange.isModel, exchange.kind == .tree, exchange.isModel)
            guard strikes else { return exchange.honest.whole }
            if exchange.kind == .tree { return Answer.page(404, "Not Found").with("X-Error-Code", "RevisionNotFound").whole }
            return try await exchange.other().whole
        },
    ]

    /// The model's first answer is cut, whatever else happens, so that there is a second try.
    private func spoilingFirstModel() -> Fault {
        var copy = Fault(number, name, outcome) { [answer] exchange in
            guard exchange.isModel, exchange.turn == 1, !exchange.isRange else { return try await answer(exchange) }
            return exchange.honest.cut(at: exchange.fraction) + [.close]
        }
        copy.variants = variants
        return copy
    }
}

extension Exchange {
    /// The commit that the target names.
    var commit: String { (try? /[0-9a-f]{40}/.firstMatch(in: target)).map { String($0.output) } ?? "" }

    /// The honest list with the model's entry changed.
    func listing(_ change: (inout [String: Any]) -> Void) throws -> Answer {
        guard var entries = try JSONSerialization.jsonObject(with: Data(honest.body.readableBytesView)) as? [[String: Any]] else { return honest }
        for index in entries.indices where entries[index]["path"] as? String == FaultRepository.model { change(&entries[index]) }
        return honest.with(body: ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: entries)))
    }
}
