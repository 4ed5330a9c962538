import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

/// Quantised in one pass from the original weights: the same files that llama.cpp makes in two steps.
@Suite struct QuantizedFileTests {
    static let recipes = QuantizationRecipe.allCases.filter(\.isQuantized)

    /// Rows of 256 numbers have blocks of all types; shorter ones exercise what takes their place.
    @Test(arguments: ModelFixture.names) func `files are those of llama-quantize, of the same weights`(fixture: String) async throws {
        try await withTemporaryDirectory { folder in
            let (plain, ours, theirs) = (folder.appending("plain.gguf"), folder.appending("ours.gguf"), folder.appending("theirs.gguf"))
            try await ModelFixture.convert(fixture, try ModelFixture.keeping(fixture), to: plain)
            for recipe in Self.recipes {
                try await ModelFixture.convert(fixture, recipe, to: ours)
                try LlamaQuantize.run(plain, to: theirs, recipe)
                let (one, other) = (try GGUFFile(opening: ours), try GGUFFile(opening: theirs))
                #expect(Set(Self.pairs(one)) == Set(Self.pairs(other)), "\(recipe)")
                let (tensors, expected) = (try Self.tensors(one, of: ours), try Self.tensors(other, of: theirs))
                #expect(tensors == expected && !expected.isEmpty, "\(recipe)")
            }
        }
    }

    private static func pairs(_ file: GGUFFile) -> [String] { file.metadata.keyValues.map { "\($0.key) \($0.value)" } }

    private static func tensors(_ file: GGUFFile, of path: FilePath) throws -> [String: Data] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path.string), options: .alwaysMapped)
        return Dictionary(
            uniqueKeysWithValues: file.tensors.map { tensor in
                let start = Int(file.dataOffset + tensor.offset)
                return ("\(tensor.name) \(tensor.type.name) \(tensor.dimensions)", data[start..<start + Int(tensor.byteCount)])
            })
    }
}
