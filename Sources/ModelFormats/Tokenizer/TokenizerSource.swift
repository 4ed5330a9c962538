import Foundation
import RoostCore
import SystemPackage

/// The tokenizer files of a repository, parsed within limits but not interpreted yet.
struct TokenizerSource: Sendable {
    private let directory: FilePath
    /// tokenizer.json
    let tokenizer: JSONValue?
    /// The special tokens of the tokenizer's class, if the class is known.
    let classNames: [String: JSONValue]
    /// tokenizer_config.json
    let settings: JSONValue?
    /// config.json
    let model: JSONValue?

    /// Reads the files that every tokenizer may have.
    ///
    /// - Parameter directory: The folder of the repository's files, or links to them.
    /// - Throws: `RoostError` with code `invalidModelFile` or `fileSystem`.
    init(directory: FilePath) throws {
        self.directory = directory
        let own = try Self.json("tokenizer.json", in: directory)
        let hasOther = ["tokenizer.model", "merges.txt"].contains { FileManager.default.fileExists(atPath: directory.appending($0).string) }
        if own == nil, !hasOther, let lines = try Self.bytes("vocab.txt", in: directory, atMost: JSONLimits().byteCount) {
            (tokenizer, classNames) = try BERTVocabularyFile(lines).converted()
        } else {
            (tokenizer, classNames) = (own, [:])
        }
        settings = try Self.json("tokenizer_config.json", in: directory)
        model = try Self.json("config.json", in: directory)
    }

    /// Returns a JSON file's object; `nil` if there is no such file.
    func json(_ name: String) throws -> JSONValue? { try Self.json(name, in: directory) }

    /// Returns a file's bytes; `nil` if there is no such file.
    func bytes(_ name: String, atMost limit: Int = JSONLimits().byteCount) throws -> [UInt8]? { try Self.bytes(name, in: directory, atMost: limit) }

    /// Returns the sorted names in a folder with an ending; empty if there is no such folder.
    func names(in folder: String, ending: String) -> [String] {
        // A folder that cannot be read counts as empty.
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.appending(folder).string)
        return (names ?? []).filter { $0.hasSuffix(ending) }.sorted()
    }

    private static func json(_ name: String, in directory: FilePath) throws -> JSONValue? {
        guard let bytes = try bytes(name, in: directory, atMost: JSONLimits().byteCount) else { return nil }
        return try RoostError.describing(name) {
            let root = try JSONDocument(bytes).root
            guard root.members != nil else { throw FormatProblem("it holds no JSON object") }
            return root
        }
    }

    private static func bytes(_ name: String, in directory: FilePath, atMost limit: Int) throws -> [UInt8]? {
        try SmallFile.contentsIfPresent(of: directory.appending(name), atMost: limit).map { Array($0) }
    }
}
