import Foundation
import RoostClient
import Synchronization
import SystemPackage
import TestSupport

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A real `roost` process of the test's own, with its output in a file.
final class RoostProcess: Sendable {
    let identifier: Int32
    let log: FilePath
    private let exit: AsyncStream<Int32>
    private let process: Mutex<Process>

    /// Starts `roost` and returns at once.
    ///
    /// - Parameters:
    ///   - arguments: The command line after `roost`, or, with `wrapper`, after the wrapper's own words.
    ///   - environment: Added to a minimal environment.
    ///   - log: Gets standard output and standard error; appended to.
    ///   - wrapper: A command that runs `roost` in turn, such as `unshare`.
    /// - Throws: When the command cannot be started.
    init(_ arguments: [String], environment: [String: String], log: FilePath, wrapper: [String] = []) throws {
        let words = wrapper + [try TestEnvironment.roostExecutable.string] + arguments
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR"].contains($0.key) }
        process.environment = inherited.merging(environment) { $1 }
        if !FileManager.default.fileExists(atPath: log.string) { FileManager.default.createFile(atPath: log.string, contents: nil) }
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log.string))
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        let (exit, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            ended.yield(process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus)
            ended.finish()
        }
        try process.run()
        self.identifier = process.processIdentifier
        self.log = log
        self.exit = exit
        self.process = Mutex(process)
    }

    deinit { kill(identifier, SIGKILL) }

    func send(_ signal: Int32) { kill(identifier, signal) }

    /// Waits for the end.
    ///
    /// - Returns: The exit code; 128 + signal when a signal ended it.
    func exitCode() async -> Int32 { await exit.first { _ in true } ?? -1 }

    var output: String { String(decoding: FileManager.default.contents(atPath: log.string) ?? Data(), as: UTF8.self) }

    /// Waits until the log has a line that begins with `prefix`, and gives its rest.
    func line(after prefix: String, within limit: Duration = .seconds(600), from offset: Int = 0) async throws -> String {
        try await eventually("a line \"\(prefix)…\" in \(log)", within: limit) {
            let fresh = String(decoding: Data(output.utf8).dropFirst(offset), as: UTF8.self)
            return fresh.split(separator: "\n").last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
    }
}

/// Looks again and again until there is an answer.
///
/// - Throws: `NeverHappened` after `limit`.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(600), every pause: Duration = .milliseconds(20), _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let value = try await look() { return value }
        try await Task.sleep(for: pause)
    }
    throw NeverHappened(description: "did not happen within \(limit): \(what)")
}

struct NeverHappened: Error, CustomStringConvertible { let description: String }
