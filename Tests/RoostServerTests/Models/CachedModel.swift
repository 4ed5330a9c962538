import Foundation
import Hashing
import RoostCore
import SystemPackage
import TestSupport

/// A model in the Hub cache of a running server, put there as huggingface_hub does it, without the server.
struct CachedModel: Sendable {
    let cache: FilePath
    let repository: String
    let file: String
    let content: Data
    let commit: String

    static let commit = String(repeating: "5", count: 40)

    var folder: FilePath { cache.appending("models--" + repository.replacing("/", with: "--")) }
    var digest: String { SHA256.hash(data: content).hexadecimal }
    var blob: FilePath { folder.appending("blobs").appending(digest) }
    var snapshot: FilePath { folder.appending("snapshots").appending(commit) }

    /// Puts it there.
    init(in server: RunningServer, _ repository: String = "acme/tiny", file: String = "tiny-Q4_0.gguf", bytes: Int = 300_000) throws {
        cache = server.home.removingLastComponent().appending("hf").appending("hub")
        self.repository = repository
        self.file = file
        content = Data((0..<bytes).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9) })
        commit = Self.commit
        for name in ["blobs", "refs", "snapshots/\(commit)"] {
            try FileManager.default.createDirectory(atPath: folder.pushing(FilePath(name)).string, withIntermediateDirectories: true)
        }
        try content.write(to: URL(fileURLWithPath: blob.string))
        try Data(commit.utf8).write(to: URL(fileURLWithPath: folder.appending("refs").appending("main").string))
        try FileManager.default.createSymbolicLink(atPath: snapshot.appending(file).string, withDestinationPath: "../../blobs/\(digest)")
    }

    func damage() throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: blob.string))
        try handle.seek(toOffset: 1000)
        try handle.write(contentsOf: [content[1000] ^ 0x40])
        try handle.close()
    }

    func leavePartial(_ name: String = "\(String(repeating: "a", count: 64)).12345678.incomplete") throws -> FilePath {
        let path = folder.appending("blobs").appending(name)
        try Data(repeating: 7, count: 50_000).write(to: URL(fileURLWithPath: path.string))
        return path
    }

    func isThere(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }
}

extension RunningServer {
    /// Puts the sample model into the cache under the name `acme/smol:Q4_1`, as a link to where it is.
    func placeSampleModel() throws { try CachedModel.placeSample(in: home.removingLastComponent().appending("hf").appending("hub")) }
}

extension CachedModel {
    /// Puts the sample model into a cache under the name `acme/smol:Q4_1`, as a link to where it is.
    static func placeSample(in hub: FilePath) throws {
        let cache = hub.appending("models--acme--smol")
        let snapshot = cache.appending("snapshots").appending(CachedModel.commit)
        for folder in [snapshot, cache.appending("refs")] {
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        }
        try Data(Self.commit.utf8).write(to: URL(fileURLWithPath: cache.appending("refs").appending("main").string))
        try FileManager.default.createSymbolicLink(
            atPath: snapshot.appending("smol-Q4_1.gguf").string, withDestinationPath: TestEnvironment.sampleModel.string)
    }
}
