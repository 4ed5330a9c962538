import DurableFiles
package import Foundation
import RoostCore
package import SystemPackage

/// The file list of a commit in `huggingface_hub`'s format `trees/<commit>.json`, version 1. It is read and written in
/// steps of some entries, because a list can have 200,000.
package enum TreeFile {
    private struct Entry: Codable {
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

    private static let formatVersion = 1
    /// The number of bytes to read and of entries to write at a time.
    private static let step = (bytes: 128 << 10, entries: 500)

    /// Encodes a list.
    ///
    /// - Parameter files: The files; if two have the same path, the first counts.
    /// - Returns: The file's content.
    /// - Throws: The errors of the encoder.
    package static func json(of files: [RepositoryFile]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = Data("{\"files\":{".utf8)
        let sorted = files.sorted { $0.path.description < $1.path.description }
        for start in stride(from: 0, to: sorted.count, by: step.entries) {
            let some = sorted[start..<min(start + step.entries, sorted.count)]
            let entries = Dictionary(some.map { ($0.path.description, entry($0)) }) { first, _ in first }
            if start > 0 { json.append(UInt8(ascii: ",")) }
            json.append(contentsOf: try encoder.encode(entries).dropFirst().dropLast())
        }
        json.append(contentsOf: "},\"format_version\":\(formatVersion)}".utf8)
        return json
    }

    /// Reads a list that any program may have written.
    ///
    /// - Parameter path: The path of the list.
    /// - Returns: The files with a safe path, a size and a digest; `nil` if there is no list or its format is
    ///   different.
    package static func files(at path: FilePath) -> [RepositoryFile]? {
        guard let size = FileSystem.size(of: path), size <= TreeListing.mostBytes, let file = FileHandle(forReadingAtPath: path.string) else {
            return nil
        }
        defer { try? file.close() }  // Closing a file after reading loses no data.
        var members = JSONMembers(["format_version"], passingOn: "files")
        var pieces = JSONPieces(.object)
        var files: [RepositoryFile] = []
        do {
            while let bytes = try file.read(upToCount: step.bytes), !bytes.isEmpty {
                try members.take(bytes)
                guard let json = try pieces.take(members.takePassedOn()) else { continue }
                files += try JSONDecoder().decode([String: Entry].self, from: Data(json)).compactMap { Self.file($0.key, $0.value) }
                guard files.count <= TreeListing.mostEntries else { return nil }
            }
            try pieces.finish()
            let version = try JSONDecoder().decode([String: Int].self, from: Data(members.finish()))["format_version"]
            return version == formatVersion ? files : nil
        } catch {
            // A list that cannot be read counts as absent.
            return nil
        }
    }

    private static func file(_ name: String, _ entry: Entry) -> RepositoryFile? {
        let size = entry.lfsSize ?? entry.size
        guard let path = try? RepositoryFilePath(parsing: name), (0...TreeEntry.largestSize).contains(size),
            let digest = ContentDigest(hex: entry.lfsSHA256 ?? entry.blobID)
        else { return nil }
        return RepositoryFile(path: path, size: size, digest: digest)
    }

    private static func entry(_ file: RepositoryFile) -> Entry {
        switch file.digest {
        case .gitSHA1(let hex): Entry(size: file.size, blobID: hex, lfsSHA256: nil, lfsSize: nil)
        case .sha256(let hex): Entry(size: file.size, blobID: pointerHash(sha256: hex, size: file.size), lfsSHA256: hex, lfsSize: file.size)
        }
    }

    /// The git hash of the pointer file that represents a large file in git: three lines derived from its digest and
    /// size.
    package static func pointerHash(sha256: String, size: Int64) -> String {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:\(sha256)\nsize \(size)\n"
        var hasher = ContentHasher(like: .gitSHA1(""), size: Int64(pointer.utf8.count))
        hasher.update(Array(pointer.utf8))
        return hasher.digest.hex
    }
}
