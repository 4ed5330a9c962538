import Foundation
import RoostCore
import SystemPackage

/// The small files of a repository.
struct RepositoryFolder {
    private static let byteLimit = 8 << 20
    private let path: FilePath

    init(_ path: FilePath) { self.path = path }

    /// Returns a file's bytes.
    func contents(_ name: String) throws -> Data { try SmallFile.contents(of: path.appending(name), atMost: Self.byteLimit) }

    /// Returns the bytes of a file that may be missing.
    func contentsIfPresent(_ name: String) throws -> Data? { try SmallFile.contentsIfPresent(of: path.appending(name), atMost: Self.byteLimit) }

    /// The pooling of the model's tokens, if the repository is one of sentence-transformers.
    func pooling() throws -> PoolingMode? {
        guard let json = try contentsIfPresent("modules.json"), let path = try SentenceModules(parsing: json).poolingConfiguration else { return nil }
        return try contentsIfPresent(path).map { try PoolingMode(parsing: $0) }
    }
}
