import Synchronization

/// The last lines that an engine printed, and the process id that its guard announced.
final class EngineLog: Sendable {
    private let state = Mutex(Tail())

    /// The engine's process id, after its guard has announced it.
    var processIdentifier: Int32? { state.withLock { $0.processIdentifier } }

    /// The kept lines, oldest first.
    var lines: [String] { state.withLock { $0.lines } }

    /// Adds the next bytes of the engine's output, split at any position.
    func append(_ bytes: some Sequence<UInt8>) { state.withLock { $0.append(bytes) } }

    /// Whether it printed that it got no memory.
    var saysOutOfMemory: Bool { EngineFailureReason.saysOutOfMemory(lines) }

    /// The reason for its end in the engine's own words, if it printed one.
    var failureReason: String? { EngineFailureReason.find(in: lines) }
}

extension EngineLog {
    private struct Tail {
        private static let lineCount = 100
        private static let lineLength = 2000

        var lines: [String] = []
        var processIdentifier: Int32?
        private var partial: [UInt8] = []

        mutating func append(_ bytes: some Sequence<UInt8>) {
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    endLine()
                } else if partial.count < Self.lineLength {
                    partial.append(byte)
                }
            }
        }

        private mutating func endLine() {
            defer { partial.removeAll(keepingCapacity: true) }
            let line = String(decoding: partial, as: UTF8.self)
            if processIdentifier == nil, line.hasPrefix(EngineGuard.announcement) {
                processIdentifier = Int32(line.dropFirst(EngineGuard.announcement.count))
                return
            }
            if lines.count == Self.lineCount { lines.removeFirst() }
            lines.append(line)
        }
    }
}
