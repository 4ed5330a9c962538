import Foundation
import ModelFormats
import SystemPackage
import TestSupport
import Testing

@Suite struct ModelInspectionTests {
    @Test func `a file's types, context, vocabulary, template and memory are told`() async throws {
        try await withTemporaryDirectory { folder in
            try await ModelFixture(name: "smollm2", type: .q8_0).convert(to: folder.appending("model.gguf"))
            let inspection = ModelInspection(try GGUFFile(opening: folder.appending("model.gguf")))
            #expect(inspection.architecture == "llama" && inspection.name == "smollm2" && inspection.vocabularySize == 768)
            #expect(inspection.types.map(\.type) == ["Q8_0", "F32"])
            #expect(inspection.contextLength != nil && inspection.chatTemplate?.contains("im_start") == true)
            #expect(inspection.parameterCount == inspection.tensors.reduce(0) { $0 + Int64($1.shape.reduce(1, *)) })
            #expect(inspection.memory.weightBytes == inspection.types.reduce(0) { $0 + $1.bytes })
            let perToken = try #require(inspection.memory.bytesPerToken)
            #expect(perToken > 0 && inspection.memory.bytes(contextLength: 10) == inspection.memory.weightBytes + 10 * perToken)
            #expect(inspection.memory.bytes(contextLength: .max) == nil)
            let json = try JSONEncoder().encode(inspection)
            #expect(String(decoding: json, as: UTF8.self).contains("tokenizer.ggml.tokens"))
        }
    }
}
