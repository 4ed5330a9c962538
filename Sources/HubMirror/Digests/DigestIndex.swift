import DurableFiles
import Foundation
import Logging
import RoostCore
import SystemPackage

/// The digests of files, kept in memory and, with a file for them, between runs.
struct DigestIndex: Sendable {
    private struct Entry: Sendable, Codable {
        let stamp: FileStamp
        let digest: String
    }

    private struct Document: Codable {
        var version = 1
        var directory: String
        var files: [String: Entry]
    }

    private let directory: MirrorDirectory
    private let file: FilePath?
    private var entries: [String: Entry] = [:]
    /// The number of bytes hashed since the last save.
    private(set) var unsavedBytes: Int64 = 0
    /// Whether a digest was added since the last save.
    private(set) var isDirty = false

    /// Loads the digests of earlier runs for this folder. An index that cannot be read costs only time: all files are
    /// hashed again.
    ///
    /// - Parameters:
    ///   - directory: The served folder.
    ///   - folder: The folder of the index; `nil` to keep it in memory.
    ///   - logger: The logger.
    init(of directory: MirrorDirectory, in folder: FilePath?, logger: Logger) {
        self.directory = directory
        self.file = folder?.appending("\(GitObject.sha1(of: directory.root.string).prefix(16)).json")
        guard let file, FileManager.default.fileExists(atPath: file.string) else { return }
        do {
            let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: URL(fileURLWithPath: file.string)))
            guard document.version == 1, document.directory == directory.root.string else { return }
            // Removes the entries of files that no longer exist.
            entries = document.files.filter { FileManager.default.fileExists(atPath: directory.root.appending($0.key).string) }
        } catch {
            logger.warning("The digest index cannot be read; all files are hashed again.", metadata: ["file": "\(file)", "error": "\(error)"])
        }
    }

    /// The digest of a file, if it was hashed with its current stamp and as its current kind (large or small).
    subscript(file: RepositoryListing.File) -> ContentDigest? {
        switch self[file.location, file.stamp] {
        case .sha256(let hex) where file.isLarge: return .sha256(hex)
        case .gitSHA1(let hex) where !file.isLarge: return .gitSHA1(hex)
        default: return nil
        }
    }

    /// The digest of a file with a stamp.
    subscript(location: FilePath, stamp: FileStamp) -> ContentDigest? {
        guard let entry = entries[directory.relativeName(of: location)], entry.stamp == stamp else { return nil }
        return ContentDigest(hex: entry.digest)
    }

    /// Adds the digest of a file.
    mutating func remember(_ digest: ContentDigest, of location: FilePath, _ stamp: FileStamp) {
        entries[directory.relativeName(of: location)] = Entry(stamp: stamp, digest: digest.hex)
        unsavedBytes += stamp.size
        isDirty = true
    }

    /// Marks the index as saved.
    mutating func markSaved() {
        unsavedBytes = 0
        isDirty = false
    }

    /// Writes the index atomically. Blocks.
    ///
    /// - Throws: An error when the folder cannot be created or the file cannot be written.
    func write() throws {
        guard let file else { return }
        try FileSystem.makeFolder(file.removingLastComponent(), permissions: 0o700)
        let document = Document(directory: directory.root.string, files: entries)
        try JSONEncoder().encode(document).write(to: URL(fileURLWithPath: file.string), options: .atomic)
    }
}
