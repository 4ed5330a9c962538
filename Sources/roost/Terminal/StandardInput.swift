import Foundation
import Interaction
import RoostCore
import SystemPackage

/// The text on a command's standard input.
enum StandardInput {
    /// More bytes than any model's context holds, and fewer than the server's limit.
    private static let limit = 768 << 10

    /// Prints a hint, because programs that run commands often leave standard input open.
    private static func say(_ hint: String) {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&input, 1, 3000) == 0 else { return }
        Terminal.printError("Waiting for the end of standard input; \(hint).")
    }

    /// Reads a secret: a line that is typed on a terminal, without showing it, otherwise all text.
    ///
    /// - Parameter name: What is asked for.
    /// - Returns: The text without white space at its start and end.
    /// - Throws: As `text(hint:)`.
    static func secret(_ name: String) throws -> String {
        guard Terminal.hasTerminalInput else { return try text(hint: "it has the value of \(name)").trimmed }
        var terminal = termios()
        guard tcgetattr(STDIN_FILENO, &terminal) == 0 else { throw RoostError(.fileSystem, "The terminal cannot be used to type \(name).") }
        let before = terminal
        @Sendable func restore() { _ = withUnsafePointer(to: before) { tcsetattr(STDIN_FILENO, TCSADRAIN, $0) } }
        let interrupt = Interrupt {
            restore()
            return nil
        }
        defer {
            restore()
            interrupt.cancel()
            Terminal.printError("")
        }
        terminal.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal)
        Terminal.writeError("The value of \(name), which is not shown: ")
        return (readLine() ?? "").trimmed
    }

    /// Reads all text.
    ///
    /// - Parameter hint: What to do, for a person who waits for the command while it waits for the end of the text.
    /// - Returns: The text; empty when there is none.
    /// - Throws: `RoostError` with code `tooLarge`, `invalidRequest` when it is not text in UTF-8, `fileSystem` when it cannot be read.
    static func text(hint: String) throws -> String {
        say(hint)
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count: Int
            do {
                count = try block.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
            } catch Errno.badFileDescriptor {
                // Standard input is closed.
                return ""
            } catch {
                throw RoostError(.fileSystem, "Standard input cannot be read: \(error).", cause: error)
            }
            guard count > 0 else { break }
            bytes += block[..<count]
            guard bytes.count <= limit else {
                throw RoostError(.tooLarge, "Standard input holds more than \(ByteCount(Int64(limit))); give less of it.", field: "message")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RoostError(.invalidRequest, "Standard input is not text in UTF-8; convert it first.", field: "message")
        }
        return text
    }
}
