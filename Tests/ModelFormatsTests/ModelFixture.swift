import Foundation
import RoostCore
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

extension ModelFixture {
    /// The fixture's `config.json` with other values; `nil` takes a key away.
    static func config(_ name: String, _ changes: [String: Any?]) throws -> ModelConfig {
        let path = ModelFixture(name: name, type: .f32).folder.appending("config.json")
        var json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path.string))) as? [String: Any] ?? [:]
        for (key, value) in changes { json[key] = value }
        return try ModelConfig(parsing: try JSONSerialization.data(withJSONObject: json))
    }

    /// The fixture's tensors, renamed or otherwise changed; none that `change` makes `nil`.
    static func checkpoint(_ name: String, _ change: (SafetensorsTensor) -> SafetensorsTensor? = { $0 }) throws -> Checkpoint {
        let original = try Checkpoint(folder: ModelFixture(name: name, type: .f32).folder)
        let headers = original.files.enumerated().map { number, file in
            let tensors = original.tensors.filter { $0.file == number }.compactMap { change($0.tensor) }
            return (name: file.name, header: SafetensorsHeader(tensors: tensors.sorted { $0.name < $1.name }, fileSize: file.size))
        }
        return try Checkpoint(headers: headers)
    }

    /// What the fixture becomes with another configuration and other tensors.
    static func source(
        _ name: String, _ changes: [String: Any?] = [:], repository: String = "roost/model",
        _ change: (SafetensorsTensor) -> SafetensorsTensor? = { $0 }
    ) async throws -> ConversionSource {
        let checkpoint = try checkpoint(name, change)
        return try await withFolder(name, changes) { try ConversionSource(folder: $0, repository: repository, checkpoint: checkpoint) }
    }

    /// A copy of the fixture's folder with another configuration.
    static func withFolder<Result>(_ name: String, _ changes: [String: Any?] = [:], _ body: (FilePath) async throws -> Result) async throws -> Result
    {
        try await withTemporaryDirectory { root in
            let folder = root.appending("hf")
            try FileManager.default.copyItem(atPath: ModelFixture(name: name, type: .f32).folder.string, toPath: folder.string)
            let file = URL(fileURLWithPath: folder.appending("config.json").string)
            var json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
            for (key, value) in changes { json[key] = value }
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            return try await body(folder)
        }
    }
}

extension SafetensorsTensor {
    /// The same tensor under another name.
    func named(_ name: String) -> SafetensorsTensor { SafetensorsTensor(name: ByteText(name), type: type, shape: shape, range: range) }
}

extension ConversionSource {
    /// A key-value of those that do not depend on the types.
    func value(_ key: String) -> GGUFValue? { (leading + trailing).first { $0.key == key }?.value }
}
