import Access
import HTTPTypes
import Hummingbird

extension Response {
    /// Adds the headers `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-headers) of the limit of
    /// which the smallest part is left; none without limits.
    ///
    /// - Parameter standings: How far the limits are used.
    mutating func tell(_ standings: [LimitLedger.Standing]) {
        let part: (LimitLedger.Standing) -> Double = { Double(max(0, $0.remaining)) / Double(max(1, $0.limit)) }
        guard let tightest = standings.min(by: { part($0) < part($1) }) else { return }
        headers[.rateLimit] = "\(tightest.limit)"
        headers[.rateLimitRemaining] = "\(max(0, tightest.remaining))"
        headers[.rateLimitReset] = "\(Int((tightest.reset / .seconds(1)).rounded(.up)))"
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimit = Self("RateLimit-Limit") ?? .server
    fileprivate static let rateLimitRemaining = Self("RateLimit-Remaining") ?? .server
    fileprivate static let rateLimitReset = Self("RateLimit-Reset") ?? .server
}
