import Foundation
import HubClient
import RoostCore
import SystemPackage

/// A file of an unfinished download in a blobs folder.
struct PartialBlob: Sendable, Hashable {
    let path: FilePath
    /// The name of the final blob, which is also the name of the lock.
    let blobName: String
    /// The program that wrote it: `roost`, `huggingface_hub` or `llama.cpp`.
    let writer: String
    let bytes: Int64
    let modified: Date

    /// Recognizes a partial file by its name.
    ///
    /// - Parameter path: A file in a blobs folder.
    init?(_ path: FilePath) {
        guard let name = path.lastComponent?.string, let writer = Self.writer(of: name),
            let stat = try? path.stat(followTargetSymlink: false), stat.type == .regular
        else { return nil }
        self.path = path
        self.writer = writer
        blobName = String(name.prefix { $0 != "." })
        bytes = stat.sizeAllocated
        modified = stat.modified
    }

    private static func writer(of name: String) -> String? {
        guard name.first != "." else { return nil }
        if name.hasSuffix(".roost.incomplete") { return "roost" }
        if name.hasSuffix(".incomplete") { return "huggingface_hub" }
        return name.hasSuffix(".downloadInProgress") ? "llama.cpp" : nil
    }
}

extension Stat {
    /// The time of the last write.
    var modified: Date { Date(timeIntervalSince1970: Double(modifiedNanoseconds) / 1e9) }
}

extension CachedRepository {
    /// The files of unfinished downloads, ordered by name.
    func partials() throws -> [PartialBlob] { try blobNames().compactMap { PartialBlob(blobs.appending($0)) } }
}
