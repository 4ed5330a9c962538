import AsyncHTTPClient
import NIOCore
import RoostCore
import SystemPackage

/// Downloads a small file completely. It stays in memory until its digest is verified, so only the finished file is
/// written to the disk.
struct SmallFileTransfer: Sendable {
    let source: FileSource
    let file: RepositoryFile
    let space: DiskSpace

    /// The maximum size in bytes. Up to this size, repeating the request costs no more than storing a partial file.
    static let largest: Int64 = 256 << 10

    /// Downloads and verifies the file; wrong bytes are downloaded again once.
    ///
    /// - Parameter folder: The folder in which it will be written.
    /// - Returns: The content.
    /// - Throws: `RoostError`; `CancellationError`.
    func run(for folder: FilePath) async throws -> [UInt8] {
        try space.require(file.size, in: folder, for: file.path.description.quotedForPeople)
        var content = try await source.transport.repeating(fetch)
        if digest(of: content) != file.digest { content = try await source.transport.repeating(fetch) }
        let actual = digest(of: content)
        guard actual == file.digest else { throw file.wrongBytes(actual) }
        return content
    }

    private func fetch() async throws -> [UInt8] {
        guard file.size > 0 else { return [] }
        let answer = try await source.get()
        try file.requireWhole(answer)
        var content: [UInt8] = []
        content.reserveCapacity(Int(file.size))
        do {
            for try await chunk in source.transport.body(of: answer) {
                guard content.count + chunk.readableBytes <= Int(file.size) else { throw file.wrongSize("more", answer) }
                content.append(contentsOf: chunk.readableBytesView)
                try await source.limits.admit(chunk.readableBytes)
            }
        } catch {
            throw source.transport.failure(error, url: answer.url)
        }
        guard content.count == Int(file.size) else { throw file.cutShort(at: Int64(content.count), answer) }
        return content
    }

    private func digest(of content: [UInt8]) -> ContentDigest {
        var hasher = ContentHasher(like: file.digest, size: file.size)
        hasher.update(content)
        return hasher.digest
    }
}
