import Foundation
import NIOCore
import RoostCore

extension Fault {
    /// 16–29: the status.
    static let statuses: [Fault] = [
        slowDown(16, "429 with Retry-After in seconds") { _ in "1" },
        slowDown(17, "429 with Retry-After as a date") { _ in Self.date(after: 2) },
        slowDown(18, "429 with Retry-After of ten years") { $0.way("315360000", Self.date(after: 315_360_000), "99999999999999999999") }
            .with { $0.waitsLong = true },
        slowDown(19, "429 with a Retry-After that is none") { $0.way("-5", "soon", "Thu, 99 Foo 2026 25:61:61 GMT") },
        Fault(20, "503 three times, then 200", .succeeds, where: { $0.turn <= 3 && $0.kind == $0.way(.info, .tree, .file(FaultRepository.model)) }) {
            _ in
            Answer.page(503, "Service Unavailable").whole
        },
        Fault(21, "5xx for ever", .fails([.hubFailure]), where: Exchange.model) { Answer.page($0.way(500, 502, 504), "Oops").whole }
            .with { $0.maxRetries = 2 },
        Fault(22, "401: the token is revoked in the middle", .fails([.accessDenied, .repositoryNotFound])) { exchange in
            if exchange.isModel, exchange.turn == 1 { return exchange.honest.cut(at: exchange.fraction) + [.close] }
            guard exchange.sinceModel != nil else { return exchange.honest.whole }
            let refusal = Answer.page(401, "Unauthorized")
            return exchange.way(
                refusal.with("X-Error-Message", "Invalid credentials in Authorization header"),
                refusal.with("X-Error-Code", "RepoNotFound").with("X-Error-Message", "Invalid username or password."), refusal
            ).whole
        },
        Fault(23, "403 on a signed link that has expired", .succeeds) { exchange in
            if exchange.isModel, !exchange.isElsewhere {
                return Answer.redirect(to: "\(exchange.elsewhere)/signed/\(exchange.turn)\(exchange.target)?Signature=secret").whole
            }
            guard exchange.isElsewhere else { return exchange.honest.whole }
            // A link is good for one request.
            guard exchange.turn == 1 else { return Answer.page(403, "Request has expired").whole }
            return exchange.target.hasPrefix("/signed/1/") ? exchange.honest.cut(at: exchange.fraction) + [.close] : exchange.honest.whole
        },
        Fault(
            24, "404 for one of ten files", .fails([.entryNotFound]),
            where: { $0.kind == .file($0.way("config-3.json", "README.md", FaultRepository.model)) }
        ) {
            Answer.page(404, "Not Found").with("X-Error-Code", "EntryNotFound").with("X-Repo-Commit", $0.commit).whole
        },
        lie(25, "416 with the right size") { Answer.page(416, "Range").with("Content-Range", "bytes */\($0.honest.total)") },
        lie(26, "416 with a wrong size, or none") { Answer.page(416, "Range").with("Content-Range", $0.way("bytes */7", nil, "nonsense")) },
        Fault(
            27, "200 with the page of a captive portal", .succeeds,
            where: { $0.turn == 1 && $0.kind == $0.way(.info, .tree, .file(FaultRepository.model)) }
        ) { _ in
            Answer.page(200, "Welcome to the hotel's network").whole
        },
        Fault(28, "204, or a 200 with nothing in it", .succeeds, where: { $0.isModel && $0.turn == 1 }) {
            $0.way(
                [.send(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n"))], Answer(200).whole,
                [.send(Answer(200).head(length: nil)), .send(ByteBuffer(string: "0\r\n\r\n"))])
        },
        Fault(29, "an unrequested 304", .succeeds, where: { $0.isEarly && $0.kind == $0.way(.file(FaultRepository.model), .info, .tree) }) {
            _ in
            [.send(ByteBuffer(string: "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"))]
        },
    ]

    private static func slowDown(_ number: Int, _ name: String, _ wait: @escaping @Sendable (Exchange) -> String) -> Fault {
        Fault(number, name, .succeeds, where: { $0.turn == 1 && $0.kind == $0.way(.file(FaultRepository.model), .info, .tree) }) {
            Answer.page(429, "Too Many Requests").with("Retry-After", wait($0)).whole
        }
    }

    private static func date(after seconds: Double) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date(timeIntervalSinceNow: seconds))
    }
}
