import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is piped into a command.
enum StandardInput {
    /// More than any model's context holds, and less than a server takes.
    private static let limit = 768 << 10

    /// Programs that run commands often leave their standard input open: who waits for its end should know.
    private static func sayWhatIsWaitedFor() {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&input, 1, 3000) == 0 else { return }
        Terminal.printError("Waiting for the end of standard input; with `</dev/null` the message alone is sent.")
    }

    /// All of it, without white space at its ends.
    ///
    /// - Returns: The text; empty where there is none.
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
                // Closed: there is nothing to read.
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
