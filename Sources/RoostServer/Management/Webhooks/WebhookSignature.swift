import Foundation
import Hashing
import RoostCore

/// The signature by which a receiver recognises Roost: HMAC-SHA256 (RFC 2104) of the time, a dot and the body. The time
/// is a part of it, so that an old call cannot be sent again as a new one.
struct WebhookSignature: Sendable {
    /// The secret that Roost and the receiver share.
    let secret: SecretToken

    /// Returns the value of `X-Roost-Signature`.
    ///
    /// - Parameters:
    ///   - body: The body of the call.
    ///   - timestamp: The value of `X-Roost-Timestamp`.
    /// - Returns: `sha256=` and 64 digits in lower case.
    func header(for body: Data, timestamp: String) -> String {
        var code = HMAC<SHA256>(key: secret.value.utf8)
        code.update(data: "\(timestamp).".utf8)
        code.update(data: body)
        return "sha256=" + code.finalize().hexadecimal
    }
}
