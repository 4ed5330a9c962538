import Foundation
import RoostCore
import SystemPackage

/// The text on a command's standard input.
enum StandardInput {
    /// More bytes than any model's context holds, and fewer than the server's limit.
    private static let limit = 768 << 10

    /// Prints a hint, because programs that run commands often leave standard input open.
    private static func sayWhatIsWaitedFor() {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&input, 1, 3000) == 0 else { return }
        Terminal.printError("Waiting for the end of standard input; use `</dev/null` to send the message alone.")
    }

    /// Reads all text, without white space at its start and end.
    ///
    /// - Returns: The text; empty when there is none.
    /// - Throws: `RoostError` with code `tooLarge`, `invalidRequest` when it is not text in UTF-8, `fileSystem` when it cannot be read.
    static func text() throws -> String {
        sayWhatIsWaitedFor()
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
        return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
