import Crypto
import Foundation
import ModelFormats
import SystemPackage
import Testing

/// A tiny model of `Tests/Fixtures`, and what llama.cpp's converter makes of it.
struct ModelFixture: CustomTestStringConvertible {
    let name: String
    let type: TensorType

    var testDescription: String { "\(name) \(type.name)" }

    static let all: [ModelFixture] = [
        ("gemma3", [.f32, .f16]), ("gpt2", [.f32, .f16]), ("llama", [.f32, .f16]), ("qwen2", [.f32, .f16]), ("qwen3", [.f32, .f16]),
        ("qwen3moe", [.f32, .f16]), ("smollm2", [.f16, .bf16, .q8_0]),
    ].flatMap { name, types in types.map { ModelFixture(name: name, type: $0) } }

    static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent().appending("Fixtures")

    var folder: FilePath { Self.root.appending(name).appending("hf") }

    /// What the converter's file has.
    func dump() throws -> Dump {
        let json = try Data(contentsOf: URL(fileURLWithPath: Self.root.appending(name).appending("gguf-dump.json").string))
        return try #require(try JSONDecoder().decode([String: Dump].self, from: json)[type.name.lowercased()])
    }

    /// The fixture, converted; `tokenizer` are the key-values that the tokenizer gives.
    func plan(tokenizer: [GGUFKeyValue] = []) throws -> ConversionPlan {
        let source = try ConversionSource(
            config: try ModelConfig(parsing: try file("config.json")), checkpoint: try Checkpoint(folder: folder), tokenCount: try dump().tokenCount,
            pooling: try pooling())
        let metadata = GeneralMetadata.keyValues(
            repository: name, readme: try? file("README.md"), generationConfig: try? file("generation_config.json"))
        return try ConversionPlan(source, metadata: metadata, tokenizer: tokenizer, type: type)
    }

    private func pooling() throws -> PoolingMode? { try (try? file("1_Pooling/config.json")).map { try PoolingMode(parsing: $0) } }

    private func file(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string)) }
}

/// A GGUF file as `gguf-dump.json` describes it.
struct Dump: Decodable {
    struct Tensor: Decodable, Equatable {
        let name: String
        let ggml_type: UInt32
        let ne: [Int]
        let n_bytes: Int64
        let offset_from_data_start: Int64
        let sha256: String
    }

    struct Value: Decodable {
        let type: String
        let value: DumpedValue
    }

    let kv_in_file_order: [String: Value]
    let tensors_in_file_order: [Tensor]

    /// Tokens of the vocabulary.
    var tokenCount: Int {
        get throws {
            guard case .digest(let array) = try #require(kv_in_file_order["tokenizer.ggml.tokens"]).value else { return 0 }
            return array.count
        }
    }

    /// Type and value of each key, but for the tokenizer's and the two that name and measure the model.
    func modelKeyValues() -> [String: String] {
        kv_in_file_order.filter { key, _ in
            (!key.hasPrefix("tokenizer.") || key == "tokenizer.ggml.token_type_count") && !key.hasPrefix("GGUF.")
                && !["general.name", "general.size_label"].contains(key)
        }.mapValues { "\($0.type) \($0.value)" }
    }
}

/// A value in the dump: as it is, or for long arrays what is known of it.
enum DumpedValue: Decodable, CustomStringConvertible {
    struct Digest: Decodable { let count: Int }

    case text(String)
    case number(Double)
    case flag(Bool)
    case list([DumpedValue])
    case digest(Digest)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([DumpedValue].self) {
            self = .list(list)
        } else {
            self = .digest(try container.decode(Digest.self))
        }
    }

    var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let list): "\(list)"
        case .digest(let digest): "\(digest.count) elements"
        }
    }
}

extension GGUFKeyValue {
    /// Type and value, as `Dump.modelKeyValues` has them.
    var dumped: String {
        switch value {
        case .uint32(let value): "UINT32 \(Double(value))"
        case .int32(let value): "INT32 \(Double(value))"
        case .float32(let value): "FLOAT32 \(Double(value))"
        case .bool(let value): "BOOL \(value)"
        case .string(let value): "STRING \(value)"
        case .array(.string(let values)): "ARRAY<STRING> \(values.map(\.description))"
        default: "\(value)"
        }
    }
}
