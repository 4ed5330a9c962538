import Foundation
import RoostCore
import SystemPackage

/// The file list of a commit as `huggingface_hub` keeps it in `trees/<commit>.json`, format version 1.
struct TreeFile: Codable {
    struct Entry: Codable {
        let size: Int64
        let blobID: String
        let lfsSHA256: String?
        let lfsSize: Int64?

        enum CodingKeys: String, CodingKey {
            case size
            case blobID = "blob_id"
            case lfsSHA256 = "lfs_sha256"
            case lfsSize = "lfs_size"
        }
    }

    private(set) var formatVersion = 1
    let files: [String: Entry]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case files
    }

    init(_ files: [RepositoryFile]) {
        let entries = files.map { ($0.path.description, Self.entry($0)) }
        self.files = Dictionary(entries) { first, _ in first }
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads a list, of whoever wrote it.
    ///
    /// - Parameter path: Where it is.
    /// - Returns: The files that have a safe path, a size and a digest; `nil` when there is no list, or one of another format.
    static func files(at path: FilePath) -> [RepositoryFile]? {
        guard let json = FileManager.default.contents(atPath: path.string), json.count <= TreeListing.mostBytes,
            let tree = try? JSONDecoder().decode(TreeFile.self, from: json), tree.formatVersion == 1
        else { return nil }
        return tree.files.compactMap { name, entry in
            let size = entry.lfsSize ?? entry.size
            guard let path = try? RepositoryFilePath(parsing: name), (0...TreeEntry.largestSize).contains(size),
                let digest = ContentDigest(hex: entry.lfsSHA256 ?? entry.blobID)
            else { return nil }
            return RepositoryFile(path: path, size: size, digest: digest)
        }
    }

    private static func entry(_ file: RepositoryFile) -> Entry {
        switch file.digest {
        case .gitSHA1(let hex): Entry(size: file.size, blobID: hex, lfsSHA256: nil, lfsSize: nil)
        case .sha256(let hex): Entry(size: file.size, blobID: pointerHash(sha256: hex, size: file.size), lfsSHA256: hex, lfsSize: file.size)
        }
    }

    /// The git hash of the pointer that stands for a large file in git: three lines that follow from its digest and size.
    static func pointerHash(sha256: String, size: Int64) -> String {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:\(sha256)\nsize \(size)\n"
        var hasher = ContentHasher(like: .gitSHA1(""), size: Int64(pointer.utf8.count))
        hasher.update(Array(pointer.utf8))
        return hasher.digest.hex
    }
}
