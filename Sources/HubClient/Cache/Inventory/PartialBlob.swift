import Foundation
import RoostCore
import SystemPackage

/// What an unfinished download left in a blobs folder.
struct PartialBlob: Sendable, Hashable {
    let path: FilePath
    /// The blob that it was to become, which names the lock.
    let blobName: String
    /// `roost`, `huggingface_hub` or `llama.cpp`.
    let writer: String
    let bytes: Int64
    let modified: Date

    /// Recognises a partial file by its name.
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
    /// When the content was last written.
    var modified: Date { Date(timeIntervalSince1970: Double(st_mtim.tv_sec) + Double(st_mtim.tv_nsec) / 1e9) }
}

extension CachedRepository {
    /// What unfinished downloads left, by name.
    func partials() throws -> [PartialBlob] { try blobNames().compactMap { PartialBlob(blobs.appending($0)) } }
}
