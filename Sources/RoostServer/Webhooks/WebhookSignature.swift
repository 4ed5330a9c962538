import Foundation
import Hashing
import RoostCore

/// What a receiver knows Roost by: HMAC-SHA256 (RFC 2104) over the time, a dot and the body. The time is signed with it, so that an old call cannot be sent again
/// as a new one.
struct WebhookSignature: Sendable {
    /// The secret that Roost and the receiver share.
    let secret: SecretToken

    /// The value of `X-Roost-Signature`.
    ///
    /// - Parameters:
    ///   - body: The body as it is sent.
    ///   - timestamp: The value of `X-Roost-Timestamp`.
    /// - Returns: `sha256=` and 64 digits in lower case.
    func header(for body: Data, timestamp: String) -> String {
        var code = HMAC<SHA256>(key: secret.value.utf8)
        code.update(data: "\(timestamp).".utf8)
        code.update(data: body)
        return "sha256=" + code.finalize().hexadecimal
    }
}
