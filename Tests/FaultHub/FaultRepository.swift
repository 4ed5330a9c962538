import Foundation
public import SystemPackage
import TestSupport

/// The repositories that a fault is shown on: one for each way the client fetches a model, with nine small files beside it.
public enum FaultRepository {
    /// The model's file name.
    public static let model = "model-Q4_0.gguf"

    /// The small files beside it.
    static let companions = ["README.md", "LICENSE.txt"] + (1...7).map { "config-\($0).json" }

    /// The model's size by the seed: written from its beginning; with a journal; in several streams.
    public static func size(seed: Int) -> Int { [700_000, 6 << 20, 33 << 20][seed % 3] + seed % 3 * 1017 }

    /// The repository's name for a seed.
    public static func name(seed: Int) -> String { "acme/seed-\(seed % 3)" }

    /// Makes all repositories in a folder.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - salt: Other content for another salt, in the same sizes.
    /// - Throws: When the folder cannot be written.
    public static func make(in folder: FilePath, salt: UInt64) throws {
        for seed in 0..<3 {
            let repository = folder.appending(name(seed: seed))
            try FileManager.default.createDirectory(atPath: repository.string, withIntermediateDirectories: true)
            try noise(size(seed: seed), salt: salt &+ UInt64(seed)).write(to: URL(fileURLWithPath: repository.appending(model).string))
            for (index, name) in companions.enumerated() {
                try Data("{\"\(name)\": \(salt), \"seed\": \(seed)}\n".utf8 + Array(repeating: 0x20, count: index * 211))
                    .write(to: URL(fileURLWithPath: repository.appending(name).string))
            }
        }
    }

    /// Bytes of which no two blocks are alike, so that none is right in another's place.
    private static func noise(_ count: Int, salt: UInt64) -> Data {
        var generator = SeededGenerator(seed: salt)
        let block = (0..<8192).flatMap { _ in withUnsafeBytes(of: generator.next(), Array.init) }
        var data = Data(capacity: count + block.count)
        var number: UInt64 = 0
        while data.count < count {
            data.append(contentsOf: block)
            number += 1
            withUnsafeBytes(of: number.bigEndian) { data.replaceSubrange(data.count - 8..<data.count, with: $0) }
        }
        return data.prefix(count)
    }
}
