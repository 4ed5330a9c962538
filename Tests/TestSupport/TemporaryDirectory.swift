import Foundation
public import SystemPackage

/// A folder of one test's own, removed at the end.
public final class TemporaryDirectory: Sendable {
    /// The folder's absolute path; short, so that sockets fit in it.
    public let path: FilePath

    /// Makes the folder.
    ///
    /// - Throws: When the system's temporary folder cannot be written.
    public init() throws {
        let name = "roost-\(String(UInt32.random(in: .min ... .max), radix: 36))"
        path = FilePath(NSTemporaryDirectory()).appending(name)
        try FileManager.default.createDirectory(
            atPath: path.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Writes a file below the folder, making parent folders.
    ///
    /// - Parameters:
    ///   - name: The path below the folder.
    ///   - bytes: The content.
    /// - Returns: The file's path.
    /// - Throws: When the file cannot be written.
    @discardableResult
    public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> FilePath {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        return file
    }
}

/// Runs `body` with a fresh folder that is removed afterwards.
///
/// - Parameter body: What to do with the folder's path.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws.
public func withTemporaryDirectory<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
    let directory = try TemporaryDirectory()
    return try await body(directory.path)
}
