import Foundation
import Hashing
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct ConversionTests {
    /// The name is ours, and the size in words says nothing that the tensors do not.
    private static let ignored: Set<String> = ["general.name", "general.size_label"]

    @Test(arguments: ModelFixture.all)
    func `key-values are those of llama.cpp's converter`(_ fixture: ModelFixture) throws {
        let reference = try fixture.reference()
        let keyValues = try fixture.plan().keyValues.filter { !Self.ignored.contains($0.key) }
        #expect(keyValues.map(\.key).sorted() == reference.allKeys.filter { !Self.ignored.contains($0) }.sorted())
        #expect(keyValues.compactMap(reference.difference) == [])
    }

    @Test(arguments: ModelFixture.all)
    func `tensors are those of llama.cpp's converter, to the last byte and in its order`(_ fixture: ModelFixture) async throws {
        try await withTemporaryDirectory { folder in
            let target = folder.appending("model.gguf")
            try await fixture.convert(to: target)
            #expect(try Self.lines(of: target) == Self.lines(of: try fixture.reference()))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["model.gguf"])
        }
    }

    @Test(arguments: ModelFixture.all)
    func `our reader finds in the file what was planned`(_ fixture: ModelFixture) async throws {
        try await withTemporaryDirectory { folder in
            let plan = try fixture.plan()
            try await fixture.convert(to: folder.appending("model.gguf"))
            let file = try GGUFFile(opening: folder.appending("model.gguf"))
            #expect(file.metadata.keyValues == plan.keyValues)
            #expect(file.tensors == plan.header.tensors)
            #expect(file.size == plan.header.fileSize)
        }
    }

    /// A line for each tensor of a GGUF file.
    private static func lines(of path: FilePath) throws -> [String] {
        let file = try GGUFFile(opening: path)
        let data = try Data(contentsOf: URL(fileURLWithPath: path.string), options: .alwaysMapped)
        return file.tensors.map { tensor in
            let start = Int(file.dataOffset + tensor.offset)
            let digest = SHA256.hash(data: data[start..<start + Int(tensor.byteCount)])
            let hex = digest.hexadecimal
            return "\(tensor.name) \(tensor.type.rawValue) \(tensor.dimensions) \(tensor.byteCount) \(tensor.offset) \(hex)"
        }
    }

    private static func lines(of reference: ReferenceKeys) throws -> [String] {
        try reference.tensors.map { tensor in
            let numbers = try ["ggml_type", "n_bytes", "offset_from_data_start"].map { try #require(tensor[$0]?.int) }
            let dimensions = tensor["ne"]?.list.compactMap(\.int) ?? []
            return "\(tensor["name"]?.string ?? "") \(numbers[0]) \(dimensions) \(numbers[1]) \(numbers[2]) \(tensor["sha256"]?.string ?? "")"
        }
    }
}
