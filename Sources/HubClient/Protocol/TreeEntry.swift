import RoostCore

/// An entry in the response to `GET /api/models/{id}/tree/{commit}`.
struct TreeEntry: Decodable {
    struct LFS: Decodable {
        let oid: String
    }

    let type: String
    let path: String
    let size: Int64?
    let oid: String?
    let lfs: LFS?

    /// The maximum size. No repository has files near this size; a larger number is an attempt to cause an overflow.
    static let largestSize: Int64 = 1 << 60

    /// The file, if it cannot be stored on this machine.
    var skipped: SkippedFile? {
        guard type == "file", case .cannotBeStored(let reason)? = RepositoryFilePath.fault(of: path) else { return nil }
        return SkippedFile(name: path, reason: "its name \(reason)")
    }

    /// The file of this entry, or `nil` for a folder.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` for an unsafe path, an impossible size or a
    ///   malformed digest.
    func file() throws -> RepositoryFile? {
        guard type == "file" else { return nil }
        let safePath = try RepositoryFilePath(parsing: path)
        guard let size, (0...Self.largestSize).contains(size) else {
            throw violation("gives \(path.quotedForPeople) the size \(size.map(String.init) ?? "nothing")")
        }
        guard let digest else { throw violation("gives no valid digest for \(path.quotedForPeople)") }
        return RepositoryFile(path: safePath, size: size, digest: digest)
    }

    /// The digest of the content. For a large file this is the sha256 in `lfs`; its `oid` is the hash of git's pointer
    /// file, not of the content.
    private var digest: ContentDigest? {
        if let lfs {
            guard let digest = ContentDigest(hex: lfs.oid), case .sha256 = digest else { return nil }
            return digest
        }
        guard let digest = oid.flatMap(ContentDigest.init(hex:)), case .gitSHA1 = digest else { return nil }
        return digest
    }

    private func violation(_ what: String) -> RoostError {
        RoostError(.hubProtocolViolation, "The Hub's file list \(what); nothing was written. Check HF_ENDPOINT, or tell the repository's owner.")
    }
}
