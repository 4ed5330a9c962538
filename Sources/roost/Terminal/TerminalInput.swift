import Dispatch
import Foundation
import SystemPackage

/// Reads what is typed on the terminal. Nothing is read while nothing is asked for, so that the system keeps what is typed meanwhile.
enum TerminalInput {
    /// Reading blocks: it has a thread of its own.
    private static let queue = DispatchQueue(label: "roost.terminal-input")

    /// Waits for the next bytes.
    ///
    /// - Parameter milliseconds: The longest time to wait; `nil` for no limit.
    /// - Returns: The bytes; none when nothing came in that time; `nil` at the end of input.
    static func read(atMost milliseconds: CInt? = nil) async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: wait(milliseconds)) }
        }
    }

    private static func wait(_ milliseconds: CInt?) -> [UInt8]? {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // A signal that ends the wait too early does no harm.
        if let milliseconds, poll(&input, 1, milliseconds) <= 0 { return [] }
        var block = [UInt8](repeating: 0, count: 64 << 10)
        // A terminal that is gone is the end of input.
        guard let count = try? block.withUnsafeMutableBytes({ try FileDescriptor.standardInput.read(into: $0) }), count > 0 else { return nil }
        return Array(block[..<count])
    }
}
