import AsyncHTTPClient
import NIOCore
import RoostCore

extension HubClient {
    /// Reads the beginning of a file: from the cache what is whole there, else from the Hub. Nothing is kept, and what comes from the Hub is not verified;
    /// it is good for plans, which the file itself has to confirm when it is here.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    ///   - count: How many bytes; no more than the file has.
    /// - Returns: So many bytes.
    /// - Throws: `RoostError` as `download` does; `CancellationError`.
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
            // A server without ranges sends everything; what is too much is left on the way.
            for try await chunk in answer.response.body {
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
