import JobStore

/// The running calls: a limited number at a time, fewer to each host, one to each receiver and one of each job. A
/// receiver that does not answer delays no other one, and a host with many receivers leaves room for other hosts.
struct WebhookPlaces {
    /// The most calls at the same time.
    static let most = 8
    /// The most of them to one host, whatever the port.
    static let mostOfHost = 4

    private var receivers: [String: String] = [:]

    /// The number of further calls that may begin.
    var free: Int { Self.most - receivers.count }

    /// The receivers that are being called.
    var busy: Set<String> { Set(receivers.values) }

    /// Reserves a place for a call.
    ///
    /// - Returns: Whether there was one.
    mutating func take(_ webhook: JobWebhook) -> Bool {
        let host = Self.host(of: webhook.receiver)
        guard free > 0, receivers[webhook.jobID] == nil, !receivers.values.contains(webhook.receiver),
            receivers.values.count(where: { Self.host(of: $0) == host }) < Self.mostOfHost
        else { return false }
        receivers[webhook.jobID] = webhook.receiver
        return true
    }

    /// Releases the place of a call.
    mutating func leave(_ webhook: JobWebhook) { receivers[webhook.jobID] = nil }

    /// `http://[::1]:80` without scheme and port.
    private static func host(of receiver: String) -> Substring {
        let authority = receiver.firstRange(of: "//").map { receiver[$0.upperBound...] } ?? receiver[...]
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return authority }
        return authority[..<colon]
    }
}
