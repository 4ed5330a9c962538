import Crypto
import Foundation
import ModelFormats
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct ConversionTests {
    @Test(arguments: ModelFixture.all)
    func `key-values are those of llama.cpp's converter`(_ fixture: ModelFixture) throws {
        let keyValues = try fixture.plan().keyValues.filter { $0.key != "general.name" }
        #expect(Dictionary(uniqueKeysWithValues: keyValues.map { ($0.key, $0.dumped) }) == (try fixture.dump().modelKeyValues()))
    }

    @Test(arguments: ModelFixture.all)
    func `tensors are those of llama.cpp's converter, to the last byte and in its order`(_ fixture: ModelFixture) async throws {
        try await withTemporaryDirectory { folder in
            let target = folder.appending("model.gguf")
            try await fixture.convert(to: target)
            let expected = try fixture.dump().tensors_in_file_order
            let found = try Self.tensors(of: target)
            #expect(found == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["model.gguf"])
        }
    }

    /// What a GGUF file has, by our own reader.
    static func tensors(of path: FilePath) throws -> [Dump.Tensor] {
        let file = try GGUFFile(opening: path)
        let data = try Data(contentsOf: URL(fileURLWithPath: path.string), options: .alwaysMapped)
        return file.tensors.map { tensor in
            let start = Int(file.dataOffset + tensor.offset)
            let digest = SHA256.hash(data: data[start..<start + Int(tensor.byteCount)])
            return Dump.Tensor(
                name: tensor.name, ggml_type: tensor.type.rawValue, ne: tensor.dimensions, n_bytes: tensor.byteCount,
                offset_from_data_start: tensor.offset, sha256: digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
        }
    }
}

extension ModelFixture {
    /// Converts the fixture into a file.
    func convert(to target: FilePath) async throws {
        let plan = try plan()
        let bytes = try CheckpointFolder(folder, plan.checkpoint)
        try await ModelWriter(plan: plan, bytes: bytes, encoder: NativeEncoder(), workers: 2).write(to: target, revision: "fixture")
    }
}
