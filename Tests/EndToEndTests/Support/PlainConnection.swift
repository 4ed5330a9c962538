import Foundation
import TestSupport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A TCP connection on which a test sends what HTTP it likes, request after request.
final class PlainConnection {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// Connects to a server of this machine.
    ///
    /// - Parameter url: Such as `http://127.0.0.1:8005`.
    /// - Throws: When nothing listens there.
    init(_ url: String) throws {
        let port = UInt16(URL(string: url)?.port ?? 0)
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } }
        guard descriptor >= 0, connected == 0 else {
            throw NeverHappened(description: "no connection to \(url): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// Sends a POST with a JSON body.
    func post(_ path: String, _ json: String) {
        let head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n"
        let bytes = Array((head + json).utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Reads one answer: by its length, or to its last chunk.
    ///
    /// - Returns: Its head, and its body as it came.
    func answer() -> (head: String, body: String) {
        let head = read(to: Array("\r\n\r\n".utf8))
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }.flatMap {
            Int($0.dropFirst(15).filter(\.isNumber))
        }
        guard let length else { return (head, read(to: Array("0\r\n\r\n".utf8))) }
        while unread.count < length, more() {}
        defer { unread.removeFirst(min(length, unread.count)) }
        return (head, String(decoding: unread.prefix(length), as: UTF8.self))
    }

    private func read(to mark: [UInt8]) -> String {
        while true {
            if let end = unread.firstRange(of: mark)?.upperBound {
                defer { unread.removeFirst(end) }
                return String(decoding: unread.prefix(end), as: UTF8.self)
            }
            guard more() else { return String(decoding: unread, as: UTF8.self) }
        }
    }

    private func more() -> Bool {
        var block = [UInt8](repeating: 0, count: 64 << 10)
        let count = readBytes(descriptor, &block, block.count)
        guard count > 0 else { return false }
        unread += block.prefix(count)
        return true
    }
}

/// `read(2)`, which a method of the same name hides.
private func readBytes(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int { read(descriptor, &buffer, count) }
