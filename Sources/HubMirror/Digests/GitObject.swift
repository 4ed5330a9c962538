import Hashing
import RoostCore

/// Git's hashes of content: the Hub's `oid` and `blobId` and, for small files, the etag.
enum GitObject {
    /// Returns a hasher with the start of a blob: the SHA-1 of `blob <length>\0`, to which the content is added.
    static func blobHasher(size: Int64) -> SHA1 {
        var hasher = SHA1()
        hasher.update(data: Array("blob \(size)\0".utf8))
        return hasher
    }

    /// Returns the text that git stores in place of a large file, by the Git LFS specification.
    static func largeFilePointer(sha256: String, size: Int64) -> String {
        "version https://git-lfs.github.com/spec/v1\noid sha256:\(sha256)\nsize \(size)\n"
    }

    /// Returns the blob hash of a short text.
    static func blobID(of text: String) -> String {
        var hasher = blobHasher(size: Int64(text.utf8.count))
        hasher.update(data: Array(text.utf8))
        return hasher.finalize().hexadecimal
    }

    /// Returns the SHA-1 of a text as 40 hexadecimal digits, for names that only need to be stable.
    static func sha1(of text: String) -> String { SHA1.hash(data: text.utf8).hexadecimal }
}
