import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

/// Small random damage to right files, the same at every run; `scripts/fuzz` looks further.
@Suite struct DamagedFileTests {
    private static func damaged(_ seed: String, _ body: (UnsafeRawBufferPointer) -> Void) throws -> Int {
        let whole = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("Fuzzing/Seeds/\(seed)/plain").string))
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            var bytes = [UInt8](whole)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            bytes.withUnsafeBytes(body)
        }
        return whole.count
    }

    @Test func `of a damaged GGUF file nothing is believed that is not in it`() throws {
        _ = try Self.damaged("gguf") { bytes in
            guard let file = try? GGUFFile(parsing: bytes, fileSize: Int64(bytes.count), name: "x") else { return }
            for tensor in file.tensors {
                #expect(tensor.offset >= 0 && file.dataOffset + tensor.offset + tensor.byteCount <= bytes.count)
                #expect(tensor.type.byteCount(of: tensor.dimensions) == tensor.byteCount)
            }
            _ = ModelInspection(file)
        }
        let path = TestEnvironment.testFile("Fuzzing/Seeds/gguf/plain")
        #expect(try GGUFFile(opening: path).tensors.map(\.name) == ["t.weight", "u"])
    }

    @Test func `of a damaged safetensors file nothing is believed that is not in it`() throws {
        _ = try Self.damaged("safetensors") { bytes in
            guard let header = try? SafetensorsHeader(parsing: bytes, fileSize: Int64(bytes.count), name: "x") else { return }
            for tensor in header.tensors {
                #expect(tensor.range.upperBound <= bytes.count && tensor.type.byteCount(of: tensor.shape) == Int64(tensor.range.count))
            }
        }
    }
}
