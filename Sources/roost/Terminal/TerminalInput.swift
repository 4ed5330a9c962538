import Dispatch
import Foundation
import SystemPackage

/// Reads what is typed on the terminal. Nothing is read while nothing is asked for, so that the system keeps what is typed meanwhile.
enum TerminalInput {
    /// Reading blocks: it has a thread of its own.
    private static let queue = DispatchQueue(label: "roost.terminal-input")
    /// The milliseconds after which an escape is taken for the Escape key.
    private static let escapePause: CInt = 50

    /// Waits for the next bytes.
    ///
    /// - Parameter settles: Whether to wait for a moment only.
    /// - Returns: The bytes; none when nothing came in that moment; `nil` at the end of input.
    static func read(settles: Bool) async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: wait(settles)) }
        }
    }

    private static func wait(_ settles: Bool) -> [UInt8]? {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if settles, poll(&input, 1, escapePause) == 0 { return [] }
        var block = [UInt8](repeating: 0, count: 64 << 10)
        // A terminal that is gone is the end of input.
        guard let count = try? block.withUnsafeMutableBytes({ try FileDescriptor.standardInput.read(into: $0) }), count > 0 else { return nil }
        return Array(block[..<count])
    }
}
