import Foundation
import RoostCore
import SystemPackage

/// The small files of a repository.
struct RepositoryFolder {
    private static let byteLimit = 8 << 20
    private let path: FilePath

    init(_ path: FilePath) { self.path = path }

    /// A file's bytes.
    func contents(_ name: String) throws -> Data { try SmallFile.contents(of: path.appending(name), atMost: Self.byteLimit) }

    /// The bytes of a file that may be missing.
    func contentsIfPresent(_ name: String) throws -> Data? { try SmallFile.contentsIfPresent(of: path.appending(name), atMost: Self.byteLimit) }

    /// How sentence-transformers pools the model's tokens, if the repository is one of its own.
    func pooling() throws -> PoolingMode? {
        guard let json = try contentsIfPresent("modules.json") else { return nil }
        let modules = try RoostError.describing("modules.json") { ConfigValue(try JSONDocument(Array(json)).root).elements ?? [] }
        let module = modules.first { $0.members?["type"]?.string?.hasSuffix("Pooling") ?? false }
        guard let folder = module?.members?["path"]?.string else { return nil }
        guard !folder.contains("/"), !folder.hasPrefix(".") else {
            throw RoostError(.invalidModelFile, "\"modules.json\" names \(folder.quotedForPeople), which is not a folder beside it.")
        }
        return try contentsIfPresent("\(folder)/config.json").map { try PoolingMode(parsing: $0) }
    }
}
