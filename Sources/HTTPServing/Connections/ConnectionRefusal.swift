import NIOCore
package import NIOHTTP1
import RoostAPI
import RoostCore

/// The answer to a client that has too many connections.
package enum ConnectionRefusal {
    package static func head(length: Int) -> HTTPResponseHead {
        HTTPResponseHead(
            version: .http1_1, status: .tooManyRequests,
            headers: [
                "Content-Type": "application/problem+json", "Content-Length": "\(length)", "Retry-After": "1", "Connection": "close",
            ])
    }

    package static func body(most: Int) -> String {
        let detail = "Your address has \(most) connections, the most that are allowed; close some, or reuse them."
        let problem = Problem(title: "Too Many Requests", status: 429, detail: detail, code: RoostError.Code.rateLimited.rawValue, field: nil)
        return String(buffer: JSON.buffer(problem))
    }
}
