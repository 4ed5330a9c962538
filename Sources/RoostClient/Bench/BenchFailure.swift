import AsyncHTTPClient
import Foundation
import NIOHTTP1
import RoostCore

/// A request without a complete answer.
struct BenchFailure: Error {
    /// The kind of 429, which counts as a refusal.
    static let refused = "HTTP 429"
    private static let longestSentence = 300

    /// The kind, such as `HTTP 500`, `connection` or `timeout`.
    let kind: String
    /// What failed, in the server's words where there are any.
    let sentence: String
    /// The time after which the server wants the next request.
    let retryAfter: Duration?

    init(_ kind: String, _ sentence: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.retryAfter = retryAfter
    }

    /// Creates the failure of an answer with another status than 200.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headers: The headers.
    ///   - body: The begin of the body.
    ///   - key: The key of the request, which a server may repeat in its sentence.
    init(status: HTTPResponseStatus, headers: HTTPHeaders, body: Data, key: SecretToken?) {
        let words: String
        if (300..<400).contains(status.code) {
            words = "The server answered with a redirect, which is not followed; name the right address with --url."
        } else {
            words = Self.sentence(in: body)
        }
        let pause = headers.first(name: "Retry-After").flatMap { Int64($0) }.map { Duration.seconds(min(max($0, 0), 86_400)) }
        self.init("HTTP \(status.code)", Self.cleaned(words.isEmpty ? "\(status)" : words, without: key), retryAfter: pause)
    }

    /// Creates the failure for an error event in the middle of an answer.
    init(event sentence: String, key: SecretToken?) {
        self.init("error event", Self.cleaned(sentence.isEmpty ? "The server sent an error without words." : sentence, without: key))
    }

    /// Creates the failure for an error of the connection.
    ///
    /// - Parameters:
    ///   - error: The error of the HTTP client.
    ///   - url: The URL of the request.
    ///   - hasBegun: Whether the head of the answer had arrived.
    init(_ error: any Error, url: String, hasBegun: Bool) {
        let place = hasBegun ? "The connection to \(url) broke in the middle of the answer" : "The request to \(url) failed"
        switch error {
        case let error as BenchFailure: self = error
        case let error as RoostError: self.init("invalid answer", error.message)
        case let error as HTTPClientError where error == .deadlineExceeded: self = .late(url)
        case let error as HTTPClientError: self.init("connection", "\(place): \(error.shortDescription.lowercased()).")
        default:
            // The error of a refused connection holds those of all addresses of the host, in a type of NIO's.
            let words = "\(error)"
            let reason = words.firstMatch(of: /([A-Za-z ]+)\)? \(errno: \d+\)/).map { $0.1.trimmingCharacters(in: .whitespaces).lowercased() }
            self.init("connection", Self.cleaned("\(place): \(reason ?? words).", without: nil))
        }
    }

    /// The failure of a request that was not answered in time.
    static func late(_ url: String) -> Self { Self("timeout", "\(url) did not complete an answer in time; allow more with --timeout.") }

    private static func sentence(in body: Data) -> String {
        if let complaint = try? JSONDecoder().decode(ServerComplaint.self, from: body) { return complaint.sentence }
        return String(decoding: body, as: UTF8.self)
    }

    /// Returns a server's words on one line, bounded, without characters that would move a terminal's cursor, and
    /// without the key.
    private static func cleaned(_ words: String, without key: SecretToken?) -> String {
        let hidden = key.map { words.replacingOccurrences(of: $0.value, with: "\($0)") } ?? words
        let scalars = hidden.unicodeScalars.lazy.map {
            $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029 ? " " : $0
        }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars.prefix(longestSentence))
        let text = String(line).trimmingCharacters(in: .whitespaces)
        return hidden.unicodeScalars.count > longestSentence ? text + "…" : text
    }
}
