import NIOCore

/// A host in a setting, in a `Host` header or in a page's origin: a name or an address with an optional port.
///
/// The accepted forms are few on purpose, so that two parsers can never read two different hosts in one text.
package struct HostName: Sendable, Hashable {
    /// A name in lower case without a trailing dot, or an address in its canonical form without brackets.
    package let text: String
    /// The port, 1 … 65535; `nil` without one.
    package let port: Int?
    /// Whether the host is an address and not a name. A web page cannot make a browser send the address of another
    /// host.
    package let isAddress: Bool

    /// Parses a host with or without a port.
    ///
    /// - Parameter value: `name`, `name:8005`, `10.0.0.7:8005`, `[::1]`, `[::1]:8005`; `nil` for everything else.
    package init?(_ value: String) {
        // Before the text is converted to lower case: some letters outside ASCII become ASCII letters.
        guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let text = value.lowercased()
        let end: String.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            end = text.index(after: bracket)
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
        }
        guard let (host, isAddress) = Self.host(text[..<end]) else { return nil }
        let hasPort = end != text.endIndex
        port = hasPort ? Self.port(text[end...]) : nil
        guard !hasPort || port != nil else { return nil }
        self.text = host
        self.isAddress = isAddress
    }

    /// Parses a host without a port, as in the settings for the address to listen on.
    ///
    /// - Parameter value: As above, but brackets around an IPv6 address are optional.
    package init?(bare value: String) {
        guard let host = HostName(value.contains(":") && !value.hasPrefix("[") ? "[\(value)]" : value), host.port == nil else { return nil }
        self = host
    }

    /// Whether the host always is this machine: `localhost`, 127.0.0.0/8, `::1`.
    package var isLoopback: Bool {
        text == "localhost" || isAddress && (text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127."))
    }

    /// Returns whether a list contains this host. An entry without a port matches every port.
    ///
    /// - Parameters:
    ///   - hosts: The list.
    ///   - ports: The ports that apply when this host has none.
    /// - Returns: Whether an entry matches.
    package func isNamed(in hosts: [HostName], defaultPorts ports: [Int]) -> Bool {
        hosts.contains { entry in
            entry.text == text && (entry.port.map { (port.map { [$0] } ?? ports).contains($0) } ?? true)
        }
    }

    private static func host(_ text: Substring) -> (String, isAddress: Bool)? {
        if text.hasPrefix("[") {
            let inside = text.dropFirst().dropLast()
            guard inside.contains(":"), !inside.contains("%") else { return nil }
            return address(inside).map { ($0, true) }
        }
        let name = text.hasSuffix(".") ? text.dropLast() : text
        if let address = address(name) { return (address, true) }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(nameBytes.contains) }) else { return nil }
        // Some resolvers accept `127.1`, `2130706433` and `0x7f000001` as addresses, so a name must not end like a
        // number.
        let last = String(Substring(labels[labels.count - 1]))
        let isNumber = last.allSatisfy(\.isNumber) || last.hasPrefix("0x") && last.dropFirst(2).allSatisfy(\.isHexDigit)
        return isNumber ? nil : (String(name), false)
    }

    private static func address(_ text: Substring) -> String? { (try? SocketAddress(ipAddress: String(text), port: 0))?.ipAddress }

    private static func port(_ text: Substring) -> Int? {
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), (1...65_535).contains(number)
        else { return nil }
        return number
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
