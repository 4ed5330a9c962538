import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RoostCore
import SystemPackage

extension MirrorResponder {
    /// `GET` and `HEAD /{id}/resolve/{rev}/{path}`
    func file(_ id: RepositoryID, _ revision: String, _ path: String, _ request: Request) async throws -> Response {
        let (snapshot, file, open) = try await find(id, revision, path, request)
        let etag = "\"\(file.digest.hex)\""
        var headers: HTTPFields = [
            .repositoryCommit: snapshot.commit, .eTag: etag, .acceptRanges: "bytes", .contentType: "application/octet-stream",
        ]
        if file.pointerSize != nil {
            headers[.linkedETag] = etag
            headers[.linkedSize] = "\(file.size)"
        }
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            return Response(status: .notModified, headers: headers)
        }
        // A range of another version would be spliced into the wrong file; and on HEAD it has no meaning (RFC 9110, section 14.2).
        let isPart = request.method == .get && (request.headers[.ifRange].map { $0 == etag } ?? true)
        switch RequestedRange(isPart ? request.headers[.range] : nil, size: file.size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(of: open, 0..<file.size))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            return Response(status: .partialContent, headers: headers, body: body(of: open, range))
        case .unsatisfiable:
            throw MirrorError.rangeNotSatisfiable(size: file.size, commit: snapshot.commit)
        }
    }

    /// Opens the file that a revision means, and makes sure that it still is the one that was hashed.
    private func find(
        _ id: RepositoryID, _ revision: String, _ path: String, _ request: Request
    ) async throws -> (MirrorSnapshot, MirrorFile, OpenFile) {
        // A download asks for one commit, file by file: only this file is looked at then, not the whole folder.
        if let known = await catalog.remembered(id), known.commit == revision, let file = known[path],
            let open = try? await OpenFile.open(file.location), open.stamp == file.stamp
        {
            return (known, file, open)
        }
        for _ in 1...3 {
            let current = try await snapshot(id, revision, request)
            guard let file = current[path] else { throw MirrorError.entryNotFound(commit: current.commit) }
            do {
                let open = try await OpenFile.open(file.location)
                if open.stamp == file.stamp { return (current, file, open) }
            } catch Errno.noSuchFileOrDirectory {
                // Removed a moment ago: the next walk does not find it.
            }
        }
        throw MirrorError.changing(path)
    }

    private func body(of file: OpenFile, _ range: Range<Int64>) -> ResponseBody {
        let limiter = limiter
        let chunkSize = Int64(limiter?.chunkSize ?? 512 << 10)
        return ResponseBody(contentLength: Int(range.upperBound - range.lowerBound)) { writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let chunk = try await file.read(at: offset, atMost: Int(min(chunkSize, range.upperBound - offset)))
                // The file became shorter: breaking the connection is the only way left to say so.
                guard chunk.readableBytes > 0 else { throw Errno.ioError }
                try await limiter?.admit(chunk.readableBytes)
                offset += Int64(chunk.readableBytes)
                try await writer.write(chunk)
            }
            try await writer.finish(nil)
        }
    }
}
