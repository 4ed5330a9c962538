import SystemPackage
import TestSupport
import Testing

@testable import ModelFormats

/// A tiny model of `Tests/Fixtures`, and what llama.cpp's converter makes of it.
struct ModelFixture: CustomTestStringConvertible {
    let name: String
    let type: TensorType

    var testDescription: String { "\(name) \(type.name)" }

    static let names = [
        "bert", "gemma2", "gemma3", "gpt2", "gpt2-oldnames", "llama", "mistral", "phi-3-tiny", "qwen2", "qwen3", "qwen3moe", "sentence-bert",
        "smollm2",
    ]

    static let all = names.flatMap { name in [TensorType.f32, .f16, .bf16, .q8_0].map { ModelFixture(name: name, type: $0) } }

    var folder: FilePath { TestEnvironment.testFile("Fixtures/\(name)/hf") }

    /// What llama.cpp's converter made of it.
    func reference() throws -> ReferenceKeys { try ReferenceKeys(name, type: type.name.lowercased()) }

    /// The plan of the fixture's conversion.
    func plan() throws -> ConversionPlan {
        try ConversionPlan(
            try ConversionSource(folder: folder, repository: "roost/\(name)", checkpoint: try Checkpoint(folder: folder)), type: type)
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
