import NIOCore

/// A host as it stands in a setting or a `Host` header, without the port.
struct HostName: Hashable {
    /// Lower case, without brackets and without a port.
    let text: String

    /// Takes a host, with or without a port: `localhost:8005`, `[::1]:8005`, `::1`, `10.0.0.7`.
    init(_ value: String) {
        var text = value.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = String(text[text.index(after: text.startIndex)..<end])
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            text = String(text[..<colon])
        }
        self.text = text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// Whether only this machine can mean it: `localhost`, 127.0.0.0/8, `::1`.
    var isLoopback: Bool {
        text == "localhost" || text == "::1" || (isAddress && text.hasPrefix("127."))
    }

    /// Whether it is an address and not a name. A web page cannot make a browser send an address it was not loaded from.
    var isAddress: Bool { (try? SocketAddress(ipAddress: text, port: 0)) != nil }
}
