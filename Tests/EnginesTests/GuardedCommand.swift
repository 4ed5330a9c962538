import Foundation
import SystemPackage
import TestSupport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A command behind the real guard, `roost engine-guard -- …`, as the server starts it.
final class GuardedCommand {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors = Pipe()
    private let ended: AsyncStream<Int32>

    init(_ command: [String], options: [String] = []) throws {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        ended = stream
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.roostExecutable.string)
        process.arguments = ["engine-guard"] + options + ["--"] + command
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
    }

    /// The next line of the command's standard output.
    func line() -> String { Self.line(of: output) }

    /// The next line of standard error.
    func errorLine() -> String { Self.line(of: errors) }

    /// The process id of the command, from the guard's first line.
    func commandPID() -> Int32? { Int32(errorLine().replacing("roost-engine-guard: pid ", with: "")) }

    /// What happens when the server is killed: its end of the pipe closes.
    func closeInput() throws { try input.fileHandleForWriting.close() }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// The guard's exit status, once it has ended.
    func exitStatus() async -> Int32? { await ended.first { _ in true } }

    private static func line(of pipe: Pipe) -> String {
        var line: [UInt8] = []
        while let byte = try? pipe.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}

/// Whether a process exists.
func isAlive(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }
