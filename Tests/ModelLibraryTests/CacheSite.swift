import DurableFiles
import Foundation
import HubTestSupport
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubClient
@testable import ModelLibrary

/// A Hub cache and a home in a temporary folder, with repositories as pulls leave them.
struct CacheSite: Sendable {
    let root: FilePath
    var cache: HubCache { HubCache(root: root.appending("hub")) }
    var receipts: ReceiptFolder { ReceiptFolder(home: root.appending("home")) }
    var verifier: CacheVerifier { CacheVerifier(cache: cache, receipts: receipts) }

    static let first = String(repeating: "1", count: 40)
    static let second = String(repeating: "2", count: 40)

    static func run(_ body: (CacheSite) async throws -> Void) async throws {
        try await withTemporaryDirectory { try await body(CacheSite(root: $0)) }
    }

    /// Installs files as a pull does, with ref, list and receipt.
    @discardableResult
    func install(
        _ files: [String: [UInt8]], of repository: String = "acme/tiny", commit: String = first, ref: String? = "main", withReceipt: Bool = true
    ) throws -> [RepositoryFile] {
        let id = try RepositoryID(parsing: repository)
        let revision = ResolvedRevision(repository: id, revision: ref ?? commit, commit: try #require(CommitHash(hex: commit)))
        let installed = try files.sorted { $0.key < $1.key }.map { path, content in
            let file = try Fixture.file(path, content, isLarge: path.hasSuffix(".gguf"))
            try write(content, to: cache.blob(file.digest, of: id))
            try cache.link(file, in: revision, isNew: true)
            return file
        }
        try cache.record(revision, files: installed)
        let now = Timestamp(Date())
        let receipt = ModelReceipt(
            repository: id, commit: revision.commit, revision: revision.revision, license: nil, startedAt: now, pulledAt: now,
            files: installed.map { .init(path: $0.path.description, size: $0.size, digest: $0.digest.description) })
        if withReceipt { try receipts.add(receipt, of: id, commit: revision.commit) }
        return installed
    }

    func write(_ bytes: some Sequence<UInt8>, to path: FilePath) throws {
        try FileSystem.makeFolder(path.removingLastComponent())
        try FileSystem.write(bytes, to: path, temporaryIn: path.removingLastComponent())
    }

    /// A cleaner for whom everything is old, unless a test says when it is.
    func cleaner(after hours: Double = 48, keeping reason: @escaping @Sendable (RepositoryID) -> String? = { _ in nil }) -> CacheCleaner {
        CacheCleaner(cache: cache, receipts: receipts, now: Date(timeIntervalSinceNow: hours * 3600), reasonToKeep: reason)
    }

    func repository(_ name: String = "acme/tiny") throws -> CachedRepository { cache.repository(try RepositoryID(parsing: name)) }

    func blob(_ file: RepositoryFile, of repository: String = "acme/tiny") throws -> FilePath {
        cache.blob(file.digest, of: try RepositoryID(parsing: repository))
    }

    func snapshotFile(_ path: String, commit: String = first, of repository: String = "acme/tiny") throws -> FilePath {
        try self.repository(repository).snapshots.appending(commit).pushing(FilePath(path))
    }

    func exists(_ path: FilePath) -> Bool { (try? path.stat(followTargetSymlink: false)) != nil }

    /// Overwrites one byte, as a dying disk does: size and time stay plausible.
    func damage(_ path: FilePath, at offset: Int64) throws {
        let descriptor = try FileDescriptor.open(path, .readWrite)
        try descriptor.closeAfter {
            var byte: UInt8 = 0
            _ = try withUnsafeMutableBytes(of: &byte) { try descriptor.read(fromAbsoluteOffset: offset, into: $0) }
            _ = try descriptor.writeAll(toAbsoluteOffset: offset, [byte ^ 1])
        }
    }

    /// Moves a blob into the store that repositories share, as huggingface_hub does with Xet files.
    @discardableResult
    func share(_ file: RepositoryFile, of repository: String = "acme/tiny", refs: Bool = true) throws -> FilePath {
        let store = cache.root.appending("blobs")
        let name = String(file.digest.hex.reversed())
        let payload = store.appending(String(name.prefix(2))).appending(name)
        let blob = try blob(file, of: repository)
        try write("1\n".utf8, to: store.appending(".huggingface-shared-blobs"))
        try FileSystem.makeFolder(payload.removingLastComponent())
        if exists(payload) { try FileSystem.remove(blob) } else { try FileSystem.move(blob, to: payload) }
        let target = FilePath("../../blobs").appending(String(name.prefix(2))).appending(name)
        #expect(try FileSystem.makeLink(at: blob, to: target))
        let list = FilePath(payload.string + ".refs")
        let known = FileManager.default.contents(atPath: list.string) ?? Data()
        if refs { try write(known + Array("\(cache.relative(blob))\n".utf8), to: list) }
        return payload
    }
}

extension CacheCleanup {
    /// What went, as `kind path`.
    var lines: [String] { removed.map { "\($0.kind.rawValue) \($0.path)" }.sorted() }
}
