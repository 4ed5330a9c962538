import HTTPServing
import HTTPTypes
import HubClient
import Hummingbird
import HummingbirdCore
import NIOCore
import RoostCore
import SystemPackage

extension MirrorResponder {
    /// `GET` and `HEAD /{id}/resolve/{rev}/{path}`
    func file(_ id: RepositoryID, _ revision: String, _ path: String, _ request: Request) async throws -> Response {
        let wantsBody = request.method == .get
        let slot = wantsBody ? slots.take() : nil
        guard !wantsBody || slot != nil else { throw MirrorError.tooBusy }
        let found = try found(try await source.file(path, of: id, at: revision, withContent: wantsBody), request)
        let size = found.file.size
        let etag = "\"\(found.file.digest.hex)\""
        var headers = headers(of: found, etag: etag)
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            return Response(status: .notModified, headers: headers)
        }
        // A range of another version would be combined with the wrong file; and on HEAD a range has no meaning (RFC
        // 9110, section 14.2).
        let isPart = wantsBody && !found.mustRestart && (request.headers[.ifRange].map { $0 == etag } ?? true)
        switch RequestedRange(isPart ? request.headers[.range] : nil, size: size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: try await body(of: found, 0..<size, slot))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: try await body(of: found, range, slot))
        case .unsatisfiable:
            throw MirrorError.rangeNotSatisfiable(size: size, commit: found.snapshot.commit)
        }
    }

    private func headers(of found: FoundFile, etag: String) -> HTTPFields {
        var headers: HTTPFields = [
            .repositoryCommit: found.snapshot.commit, .eTag: etag, .acceptRanges: "bytes", .contentType: "application/octet-stream",
        ]
        if found.file.pointerSize != nil {
            headers[.linkedETag] = etag
            headers[.linkedSize] = "\(found.file.size)"
        }
        headers[.hubWarning] = found.snapshot.warning
        return headers
    }

    private func body(of found: FoundFile, _ range: Range<Int64>, _ slot: ClientSlot?) async throws -> ResponseBody {
        let length = Int(range.upperBound - range.lowerBound)
        guard length > 0 else { return ResponseBody() }
        switch found.content {
        // This body is not sent; its length is part of the answer to HEAD.
        case nil: return ResponseBody(contentLength: length) { _ in }
        case .whole(let file):
            return ResponseBody(contentLength: length) { writer in
                try await send(range, of: file, to: &writer)
                try await writer.finish(nil)
                withExtendedLifetime(slot) {}
            }
        case .arriving(let arrival):
            let generation: Int
            do {
                generation = try await arrival.begin(atMost: configuration.patience)
            } catch let error as RoostError {
                throw MirrorError(upstream: error).forBody
            }
            return ResponseBody(contentLength: length) { writer in
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let here = try await arrival.bytes(from: offset, generation: generation)
                    let end = min(here.end, range.upperBound)
                    try await send(offset..<end, of: here.file, to: &writer)
                    offset = end
                }
                try await writer.finish(nil)
                withExtendedLifetime(slot) {}
            }
        }
    }

    /// Sends a part of a file: with `sendfile` where that is possible and no limit applies, otherwise in chunks.
    @concurrent private func send(_ range: Range<Int64>, of file: OpenFile, to writer: inout any ResponseBodyWriter) async throws {
        if limiter == nil, range.count >= FileSender.smallest, let sender = writer as? FileSender { return try await sender.send(range, of: file) }
        let chunkSize = Int64(limiter?.chunkSize ?? 512 << 10)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let chunk = try await file.read(at: offset, atMost: Int(min(chunkSize, range.upperBound - offset)))
            // The file became shorter. The only way to report that is to break the connection.
            guard chunk.readableBytes > 0 else { throw Errno.ioError }
            try await limiter?.admit(chunk.readableBytes)
            offset += Int64(chunk.readableBytes)
            try await writer.write(chunk)
        }
    }
}
