import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct NumberRangeTests {
    @Test func `numbers that would become infinite in a type are noticed, those just below are not`() {
        let limits: [(TensorType, Float, Float)] = [
            (.f16, 65519, 65520), (.bf16, Float(bitPattern: 0x7F7F_7FFF), Float(bitPattern: 0x7F7F_8000)), (.q8_0, 65519 * 127, 65520 * 127),
        ]
        for (type, most, tooMuch) in limits {
            for sign in [Float(1), -1] {
                #expect(throws: Never.self) { try Self.check([0, most * sign], type) }
                #expect(throws: NumberRange.Problem.tooLarge) { try Self.check([0, tooMuch * sign, 1], type) }
            }
        }
        #expect(throws: Never.self) { try Self.check([.greatestFiniteMagnitude], .f32) }
    }

    @Test(arguments: [TensorType.f32, .f16, .bf16, .q8_0, .q4_K]) func `for all types what is no number is the same problem`(_ type: TensorType) {
        for value in [Float.nan, .infinity, -.infinity] {
            #expect(throws: NumberRange.Problem.notFinite) { try Self.check([1, value, 1e30], type) }
        }
    }

    private static func check(_ values: [Float], _ type: TensorType) throws {
        try values.withUnsafeBufferPointer { try NumberRange.check($0, for: type) }
    }

    /// A copy of smollm2, which is BF16, with one number of a tensor changed.
    private static func withNumber(_ bits: UInt16, in name: String, _ body: (FilePath) async throws -> Void) async throws {
        try await ModelFixture.withFolder("smollm2") { folder in
            let checkpoint = try Checkpoint(folder: folder)
            let entry = try #require(checkpoint.tensors.first { $0.tensor.name.description == name })
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.appending(checkpoint.files[entry.file].name).string))
            try file.seek(toOffset: UInt64(entry.tensor.range.lowerBound + 100))
            try file.write(contentsOf: withUnsafeBytes(of: bits.littleEndian) { Data($0) })
            try file.close()
            try await body(folder)
        }
    }

    private static func conversion(_ folder: FilePath, _ recipe: QuantizationRecipe) async throws -> ModelConversion {
        try await ModelConversion.settled(
            folder: folder, checkpoint: try Checkpoint(folder: folder), recipe: recipe, repository: try RepositoryID(parsing: "roost/smollm2"),
            library: nil)
    }

    private static func write(_ conversion: ModelConversion, _ folder: FilePath) async throws -> GGUFFile {
        let target = folder.appending("made.gguf")
        try await conversion.write(
            bytes: try CheckpointFolder(folder, try Checkpoint(folder: folder)), to: target, revision: "a", workers: 2, progress: { _ in },
            beforeInstalling: {})
        return try GGUFFile(opening: target)
    }

    @Test(arguments: [QuantizationRecipe.f32, .f16, .bf16, .q8_0], [0x7FC0, 0x7F80, 0xFF80] as [UInt16])
    func `weights that are no numbers are refused for every type, by the tensor's name`(_ recipe: QuantizationRecipe, _ bits: UInt16) async throws {
        try await Self.withNumber(bits, in: "model.layers.1.mlp.up_proj.weight") { folder in
            let conversion = try await Self.conversion(folder, recipe)
            let error = try await #require(throws: RoostError.self) { _ = try await Self.write(conversion, folder) }
            #expect(error.code == .notFinite && error.message.contains("blk.1.ffn_up.weight"), "\(error)")
            #expect(try conversion.widened(after: error) == nil)
        }
    }

    /// 0x47C3 is 99,840.
    @Test func `where F16 cannot hold a number, BF16 can in as many bytes, for the tensors of that name`() async throws {
        try await Self.withNumber(0x47C3, in: "model.layers.1.mlp.up_proj.weight") { folder in
            let conversion = try await Self.conversion(folder, .f16)
            let error = try await #require(throws: RoostError.self) { _ = try await Self.write(conversion, folder) }
            #expect(error.code == .numberOutOfRange && error.message.contains("blk.1.ffn_up.weight") && error.message.contains("bf16"))
            let wide = try #require(try conversion.widened(after: error))
            #expect(wide.byteCount == conversion.byteCount)
            #expect(wide.notes.contains { $0.contains("BF16 instead of F16 in 2 tensors \"blk.#.ffn_up.weight\"") }, "\(wide.notes)")
            let file = try await Self.write(wide, folder)
            #expect(file.tensors.filter { $0.type == .bf16 }.map(\.name) == ["blk.0.ffn_up.weight", "blk.1.ffn_up.weight"])
            #expect(file.metadata["general.file_type"] == .uint32(1))
        }
    }

    @Test func `only auto may take another type than the one that was asked for`() throws {
        func decision(_ policy: QuantizationPolicy, _ tag: String?) throws -> QuantizationDecision {
            try QuantizationDecision(
                policy: policy, tag: tag.flatMap(QuantizationTag.init(parsing:)),
                facts: .init(sourceType: .bf16, sourceByteCount: 1, parameterCount: 1, availableMemory: 1 << 40))
        }
        #expect(try decision(.auto, nil).isAutomatic)
        #expect(try !decision(.fp16, nil).isAutomatic && !decision(.auto, "F16").isAutomatic)
    }
}
