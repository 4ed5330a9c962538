import Foundation
import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// One connection to a faulty hub: reads requests, asks the mirror, asks the fault, does what that says.
struct FaultConnection: Sendable {
    let server: FaultServer
    let channel: FaultServer.Connection
    let isElsewhere: Bool

    func serve() async throws {
        try await channel.executeThenClose { inbound, outbound in
            var received = ""
            var turn = 0
            for try await bytes in inbound {
                received += String(buffer: bytes)
                while let end = received.range(of: "\r\n\r\n") {
                    let head = received[..<end.lowerBound]
                    received = String(received[end.upperBound...])
                    turn += 1
                    for step in try await steps(head, turn) {
                        guard try await perform(step, outbound) else { return }
                    }
                }
            }
        }
    }

    private func steps(_ head: Substring, _ turnOfConnection: Int) async throws -> [Step] {
        let lines = head.split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return [.close] }
        let target = String(words[1])
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        let headers = Dictionary(pairs) { first, _ in first }
        let path = Self.plainPath(target)
        let kind = Self.kind(of: path)
        let key = "\(isElsewhere) " + (isElsewhere ? target : "\(kind)")
        let (turn, tries, sinceModel) = server.meter.asked(
            for: key, kind: kind, isElsewhere: isElsewhere, hasToken: headers["authorization"] != nil)
        // As far away as one stream is not enough for.
        if server.seed % 3 == 2 { try await Task.sleep(for: .milliseconds(20)) }
        let exchange = Exchange(
            target: target, headers: headers, kind: kind, isElsewhere: isElsewhere, turn: turn, tries: tries, turnOfConnection: turnOfConnection,
            sinceModel: sinceModel, seed: server.seed, hub: server.endpoint, elsewhere: server.elsewhere,
            honest: try await server.honest.answer(path, headers),
            everything: { [server] in try await server.honest.answer(path, headers.filter { $0.key != "range" }) },
            other: { [server] in try await server.other.answer(Self.atMain(path), headers) })
        return try await server.fault.answer(exchange)
    }

    /// A signed link is `/signed/<number>/<path>`.
    private static func plainPath(_ target: String) -> String {
        guard target.hasPrefix("/signed/") else { return target }
        return "/" + target.dropFirst("/signed/".count).drop { $0 != "/" }.dropFirst()
    }

    private static func kind(of target: String) -> Exchange.Kind {
        let path = target.prefix { $0 != "?" }
        if path.contains("/revision/") { return .info }
        if path.contains("/tree/") { return .tree }
        guard let marker = path.range(of: "/resolve/") else { return .other }
        let name = path[marker.upperBound...].drop { $0 != "/" }.dropFirst()
        return .file(name.removingPercentEncoding ?? String(name))
    }

    /// The same file in a hub that does not know the commit.
    private static func atMain(_ path: String) -> String { path.replacing(/[0-9a-f]{40}/, with: "main") }

    /// - Returns: Whether the connection goes on.
    private func perform(_ step: Step, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Bool {
        switch step {
        case .send(let bytes): try await send(bytes, outbound)
        case .sendForEver(let bytes): while !Task.isCancelled { try await send(bytes, outbound) }
        case .drip(var bytes, let count, let interval):
            while let part = bytes.readSlice(length: min(count, bytes.readableBytes)), part.readableBytes > 0 {
                try await send(part, outbound)
                try await Task.sleep(for: interval)
            }
        case .pause(let time): try await Task.sleep(for: time)
        case .hang:
            try await Task.sleep(for: .seconds(3600))
            return false
        case .close: return false
        case .reset:
            // What was sent gets a moment to arrive: a reset takes back what is still on its way.
            try await Task.sleep(for: .milliseconds(20))
            if let socket = channel.channel as? any SocketOptionProvider { try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get() }
            return false
        }
        return true
    }

    private func send(_ bytes: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        // In pieces, so that the other side's slowness is felt.
        var rest = bytes
        while let part = rest.readSlice(length: min(256 << 10, rest.readableBytes)), part.readableBytes > 0 {
            try await outbound.write(part)
            server.meter.sent(part.readableBytes)
        }
    }
}
