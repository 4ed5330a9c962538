import AsyncHTTPClient
import DurableFiles
import NIOCore
import RoostCore

extension HubClient {
    /// Reads the beginning of a file: from the cache if the file is complete there, otherwise from the Hub. The bytes
    /// are not stored, and those from the Hub are not verified. They are suitable for a plan that is checked when the
    /// file itself is available.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    ///   - count: The number of bytes, at most the file's size.
    /// - Returns: The bytes.
    /// - Throws: `RoostError`, like `download`; `CancellationError`.
    @concurrent
    public func beginning(of file: RepositoryFile, in revision: ResolvedRevision, count: Int) async throws -> [UInt8] {
        if let held = heldFile(file, in: revision) { return try await disk.run { try FileSystem.beginning(of: held, count: count) } }
        return try await transport.repeating { try await fetchBeginning(of: file, in: revision, count: count) }
    }

    private func fetchBeginning(of file: RepositoryFile, in revision: ResolvedRevision, count: Int) async throws -> [UInt8] {
        let answer = try await transport.get(routes.content(of: file.path, in: revision), range: "bytes=0-\(count - 1)")
        try answer.requireSuccess()
        try answer.requireIdentityEncoding()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        do {
            // A server without ranges sends the complete file; the rest is not read.
            for try await chunk in transport.body(of: answer) {
                bytes.append(contentsOf: chunk.readableBytesView.prefix(count - bytes.count))
                if bytes.count == count { break }
            }
        } catch {
            throw transport.failure(error, url: answer.url)
        }
        guard bytes.count == count else { throw file.cutShort(at: Int64(bytes.count), answer) }
        return bytes
    }
}
