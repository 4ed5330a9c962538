import Foundation
import SystemPackage
import TestSupport

/// Folders for a hub to serve.
enum SampleHub {
    static let model = "sample/SmolLM2-135M-Instruct-GGUF"

    /// A hub folder with the real sample model, linked, beside a card.
    static func make(in root: FilePath) throws -> FilePath {
        let folder = root.appending("hub-files").appending(model)
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        let file = folder.appending("SmolLM2-135M-Instruct-Q4_1.gguf")
        // A hard link costs nothing; another file system needs a copy.
        do {
            try FileManager.default.linkItem(atPath: TestEnvironment.sampleModel.string, toPath: file.string)
        } catch {
            try FileManager.default.copyItem(atPath: TestEnvironment.sampleModel.string, toPath: file.string)
        }
        try Data("# A card\n".utf8).write(to: URL(fileURLWithPath: folder.appending("README.md").string))
        return root.appending("hub-files")
    }

    /// Adds a repository with one file of noise that calls itself a GGUF.
    @discardableResult
    static func addNoise(_ repository: String, bytes: Int, to hub: FilePath) throws -> FilePath {
        let folder = hub.appending(repository)
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        let file = folder.appending("noise-Q4_0.gguf")
        FileManager.default.createFile(atPath: file.string, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.string))
        var generator = SystemRandomNumberGenerator()
        var written = 0
        while written < bytes {
            let count = min(1 << 20, bytes - written)
            var block = [UInt64](repeating: 0, count: (count + 7) / 8)
            for index in block.indices { block[index] = generator.next() }
            try handle.write(contentsOf: block.withUnsafeBytes { Data($0.prefix(count)) })
            written += count
        }
        try handle.close()
        return file
    }
}
