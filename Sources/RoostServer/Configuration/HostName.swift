import NIOCore

/// A host as it stands in a setting, in a `Host` header or in a page's origin: a name or an address, and the port if one is written.
///
/// Deliberately narrow: what is not plainly a host is none, so that two readers can never see two hosts in one text.
struct HostName: Sendable, Hashable {
    /// A name in lower case, without the dot that may end it; or an address in its one canonical spelling, without brackets.
    let text: String
    /// 1 … 65535; `nil` when none is written.
    let port: Int?
    /// Whether it is an address and not a name. A web page cannot make a browser send an address it was not loaded from.
    let isAddress: Bool

    /// Reads a host with or without a port.
    ///
    /// - Parameter value: `name`, `name:8005`, `10.0.0.7:8005`, `[::1]`, `[::1]:8005`; `nil` results for everything else.
    init?(_ value: String) {
        // Before anything is made lower case: letters of other alphabets can turn into ASCII there.
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

    /// Reads a host without a port, as the settings that say where to listen have it.
    ///
    /// - Parameter value: As above, but an IPv6 address may be without brackets.
    init?(bare value: String) {
        guard let host = HostName(value.contains(":") && !value.hasPrefix("[") ? "[\(value)]" : value), host.port == nil else { return nil }
        self = host
    }

    /// Whether only this machine can mean it: `localhost`, 127.0.0.0/8, `::1`.
    var isLoopback: Bool {
        text == "localhost" || isAddress && (text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127."))
    }

    /// Whether an entry of a list of hosts, which may leave the port open, names this host.
    ///
    /// - Parameters:
    ///   - hosts: The list.
    ///   - ports: The ports that this host means when it names none.
    /// - Returns: Whether one does.
    func isNamed(in hosts: [HostName], defaultPorts ports: [Int]) -> Bool {
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
        // Some resolvers take `127.1`, `2130706433` and `0x7f000001` for addresses. What ends like a number is none of ours.
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
