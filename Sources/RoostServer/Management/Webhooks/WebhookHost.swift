/// A host that webhooks may call, from a setting or from the authority of a URL: `name`, `name:port`, `[::1]:port`.
///
/// The accepted forms are few on purpose: only letters, digits, `.`, `-` and `_`, or an IPv6 address in brackets.
struct WebhookHost: Sendable, Hashable {
    /// The name in lower case; an IPv6 address keeps its brackets.
    let name: String
    /// The port, 1 … 65535; `nil` without one.
    let port: Int?

    /// Parses a host with or without a port.
    ///
    /// - Parameter text: The text; the result is `nil` when it is not a host.
    init?(_ text: String) {
        let text = text.lowercased()
        let name: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[...end]
            rest = text[text.index(after: end)...]
            let address = name.dropFirst().dropLast()
            guard address.contains(":"), address.utf8.allSatisfy({ Self.addressBytes.contains($0) }) else { return nil }
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            name = text[..<end]
            rest = text[end...]
            guard !name.isEmpty, name.utf8.allSatisfy({ Self.nameBytes.contains($0) }) else { return nil }
        }
        self.name = String(name)
        guard !rest.isEmpty else {
            port = nil
            return
        }
        guard rest.removeFirst() == ":", (1...5).contains(rest.utf8.count), rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(rest), (1...65_535).contains(number)
        else { return nil }
        port = number
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_".utf8)
    private static let addressBytes = Set("abcdef0123456789.:".utf8)
}
