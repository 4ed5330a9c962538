import AsyncHTTPClient
import NIOCore
import RoostCore
import SystemPackage

/// One attempt to fetch one file: takes up what is there, asks for the rest, checks the whole. The caller holds the blob's lock.
struct FileTransfer: Sendable {
    let transport: HubTransport
    /// The file's URL at the Hub.
    let address: String
    let space: DiskSpace
    let onProgress: @Sendable (Int64) -> Void

    /// Written and hashed at once.
    static let batchSize = 1 << 20
    /// A slow transfer is written at least this often, so that progress shows and a kill costs little.
    static let longestBatch: Duration = .milliseconds(500)

    /// Fills the partial file to its end.
    ///
    /// - Parameter partial: Takes the bytes; keeps them when the attempt fails, unless they are wrong.
    /// - Throws: `RoostError`; `CancellationError`.
    func fill(_ partial: inout PartialFile) async throws {
        try await partial.takeUpExisting()
        try space.require(
            partial.file.size - partial.offset, in: partial.path.removingLastComponent(), for: partial.file.path.description.quotedForPeople)
        onProgress(partial.offset)
        guard !partial.isComplete else { return }
        let answer = try await rest(of: &partial)
        try answer.requireIdentityEncoding()
        try await receive(answer, into: &partial)
    }

    /// Asks for what is missing; where the server's idea of that differs from ours, for everything.
    private func rest(of partial: inout PartialFile) async throws -> HubAnswer {
        guard partial.offset > 0 else { return try whole(try await transport.get(address), partial.file) }
        let answer = try await transport.get(address, range: "bytes=\(partial.offset)-")
        if answer.continues(at: partial.offset, of: partial.file.size) { return answer }
        let isRangeRefused = [206, 416].contains(answer.status)
        let fresh = try whole(isRangeRefused ? try await transport.get(address) : answer, partial.file)
        // Only now, when the whole file is coming, is what we have worth dropping: a login page that answers 200 does not cost it.
        try partial.restart()
        onProgress(0)
        return fresh
    }

    private func whole(_ answer: HubAnswer, _ file: RepositoryFile) throws -> HubAnswer {
        try answer.requireSuccess()
        try answer.requireIdentityEncoding()
        guard answer.status == 200 else {
            throw RoostError(
                .hubProtocolViolation, "The Hub sent a part of a file where the whole was asked for. Check HF_ENDPOINT.", context: answer.context)
        }
        if let length = answer.contentLength, length != file.size { throw wrongSize(file, "\(length)", answer) }
        return answer
    }

    private func receive(_ answer: HubAnswer, into partial: inout PartialFile) async throws {
        var batch = ByteBuffer()
        batch.reserveCapacity(Self.batchSize + (64 << 10))
        var lastWrite = ContinuousClock.now
        var failure: (any Error)?
        do {
            for try await var chunk in answer.response.body {
                guard Int64(batch.readableBytes + chunk.readableBytes) <= partial.file.size - partial.offset else {
                    // Whatever this is, it is not the file: none of it is kept.
                    try partial.discard()
                    throw wrongSize(partial.file, "more", answer)
                }
                batch.writeBuffer(&chunk)
                guard batch.readableBytes >= Self.batchSize || ContinuousClock.now - lastWrite >= Self.longestBatch else { continue }
                try partial.append(&batch)
                onProgress(partial.offset)
                lastWrite = .now
                try Task.checkCancellation()
            }
        } catch {
            failure = transport.failure(error, url: answer.url)
        }
        if let failure {
            // Keep what arrived for the next attempt; the failure that ended this one is the one to tell.
            try? partial.append(&batch)
            throw failure
        }
        try partial.append(&batch)
        onProgress(partial.offset)
        guard partial.isComplete else { throw cutShort(partial.offset, partial.file, answer) }
    }

    private func cutShort(_ offset: Int64, _ file: RepositoryFile, _ answer: HubAnswer) -> RoostError {
        RoostError(
            .network,
            "The connection to \(answer.url.origin) ended early: \(offset) of \(file.size) bytes of \(file.path.description.quotedForPeople) are here. Try again; the rest will be fetched.",
            context: answer.context)
    }

    private func wrongSize(_ file: RepositoryFile, _ actual: String, _ answer: HubAnswer) -> RoostError {
        RoostError(
            .sizeMismatch,
            "The Hub promised \(file.size) bytes for \(file.path.description.quotedForPeople) and sends \(actual). Check HF_ENDPOINT and the network; a proxy or a login page may have answered.",
            context: answer.context)
    }
}

extension HubAnswer {
    /// Whether this is exactly the rest of a file of this size.
    fileprivate func continues(at offset: Int64, of size: Int64) -> Bool {
        guard status == 206, let range = header("Content-Range").flatMap(ContentRange.init) else { return false }
        return range.start == offset && range.end < size && (range.total ?? size) == size
    }
}
