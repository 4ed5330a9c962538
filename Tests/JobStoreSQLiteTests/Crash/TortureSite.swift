import Foundation
import Synchronization
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A disk of one test's own, and the processes that die on it.
final class TortureSite: Sendable {
    /// How a process ended.
    enum End: Equatable {
        case exited(Int32)
        case killed
        /// It was still running after the longest time that it may take, and was killed.
        case hung
    }

    private let root: FilePath

    /// In memory instead of on a disk where the system can: a killed process leaves the same files, and a simulated power cut asks no disk.
    init() throws {
        let memory = "/dev/shm"
        let parent = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        root = FilePath(URL(fileURLWithPath: parent).resolvingSymlinksInPath().path).appending("roost-crash-\(UUID().uuidString.lowercased())")
        try clear()
    }

    deinit { try? FileManager.default.removeItem(atPath: root.string) }

    /// The folder that is the disk.
    var disk: FilePath { root.appending("disk") }
    var database: String { disk.appending("jobs.db").string }
    var powerLog: FilePath { root.appending("power.log") }
    var faultReport: FilePath { root.appending("fault") }
    private var output: FilePath { root.appending("said") }

    /// Makes an empty disk, and forgets what was said.
    func clear() throws {
        for path in [disk, powerLog, faultReport, output] where FileManager.default.fileExists(atPath: path.string) {
            try FileManager.default.removeItem(atPath: path.string)
        }
        try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard FileManager.default.createFile(atPath: output.string, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
    }

    /// All that was said since the last `clear()`.
    func said() throws -> [Announcement] { Announcement.all(in: try String(contentsOfFile: output.string, encoding: .utf8)) }

    /// Runs `jobstore-torture` until it ends or is killed.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments, less the database.
    ///   - faultDisk: Under which it runs.
    ///   - delay: After which it is killed; `nil`: it may take a minute, and is expected to end.
    /// - Returns: How it ended.
    /// - Throws: When it cannot be started.
    func run(_ arguments: [String], on faultDisk: FaultDisk? = nil, killAfter delay: Duration? = nil) async throws -> End {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.program("jobstore-torture").string)
        process.arguments = ["--database", database] + arguments
        if let faultDisk { process.environment = ProcessInfo.processInfo.environment.merging(try faultDisk.environment) { $1 } }
        guard let handle = FileHandle(forWritingAtPath: output.string) else { throw CocoaError(.fileNoSuchFile) }
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = FileHandle.nullDevice
        let (ends, ended) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        try handle.close()
        let pid = process.processIdentifier
        let wasLate = Mutex(false)
        let killer = Task {
            try await Task.sleep(for: delay ?? .seconds(60))
            wasLate.withLock { $0 = true }
            kill(pid, SIGKILL)
        }
        for await _ in ends {}
        killer.cancel()
        if process.terminationReason == .exit { return .exited(process.terminationStatus) }
        return delay == nil && wasLate.withLock { $0 } ? .hung : .killed
    }

    /// What is on the disk, by path; without the shared-memory file, which is no file but memory.
    func content() throws -> [String: Data] {
        var content: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: disk.string) where !path.hasSuffix("-shm") {
            let file = disk.appending(path).string
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else { continue }
            content[path] = try Data(contentsOf: URL(fileURLWithPath: file))
        }
        return content
    }

    /// Makes the disk hold exactly this.
    func fill(_ content: [String: Data]) throws {
        try FileManager.default.removeItem(atPath: disk.string)
        try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (path, bytes) in content {
            let file = disk.appending(path)
            try FileManager.default.createDirectory(atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            guard FileManager.default.createFile(atPath: file.string, contents: bytes, attributes: [.posixPermissions: 0o600]) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
    }
}
