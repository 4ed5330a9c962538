import RoostCore
public import SystemPackage

/// The output of `roost models inspect` for a model in a GGUF file, or in the parts of a split one.
public struct ModelInspection: Sendable, Encodable {
    /// The tensors of one type.
    public struct TypeShare: Sendable, Hashable, Encodable {
        /// The type, such as `Q4_K`.
        public let type: String
        /// The number of tensors.
        public let tensors: Int
        /// Their total size in bytes.
        public let bytes: Int64
    }

    /// A tensor.
    public struct Tensor: Sendable, Hashable, Encodable {
        /// The name.
        public let name: String
        /// The type, such as `Q4_K`.
        public let type: String
        /// The shape in ggml's order: the row length first.
        public let shape: [Int]
        /// The size in bytes.
        public let bytes: Int64
    }

    /// A key and its value as text. Long values are shortened, and arrays are shown with their length.
    public struct Entry: Sendable, Hashable, Encodable {
        /// The key, such as `general.name`.
        public let key: String
        /// The value, such as `"Qwen3 8B"` or `151936 × string`.
        public let value: String
    }

    /// The version of GGUF.
    public let version: UInt32
    /// The total size of all files in bytes.
    public let fileSize: Int64
    /// llama.cpp's name of the architecture.
    public let architecture: String?
    /// The model's name.
    public let name: String?
    /// The number of weights.
    public let parameterCount: Int64
    /// The types by their share of the bytes, the largest first.
    public let types: [TypeShare]
    /// The number of tokens that the model was trained for.
    public let contextLength: Int?
    /// The number of tokens in the vocabulary.
    public let vocabularySize: Int?
    /// The complete chat template.
    public let chatTemplate: String?
    /// The memory that the model needs.
    public let memory: MemoryNeed
    /// All key-values.
    public let metadata: [Entry]
    /// All tensors.
    public let tensors: [Tensor]

    /// Inspects files.
    ///
    /// - Parameter paths: The file, or all parts of a split one in order.
    /// - Throws: The errors of `GGUFFile.init(opening:)`.
    public init(opening paths: [FilePath]) throws {
        let heads = try paths.map { try GGUFFile(opening: $0) }
        guard let first = heads.first else { throw RoostError(.invalidModelFile, "There is no file to look at.") }
        self.init(first, parts: Array(heads.dropFirst()))
    }

    /// Inspects a file.
    ///
    /// - Parameters:
    ///   - file: The header of the file, or of the first part, which contains the key-values.
    ///   - parts: The headers of the other parts of a split file.
    public init(_ file: GGUFFile, parts: [GGUFFile] = []) {
        let metadata = file.metadata
        let all = file.tensors + parts.flatMap(\.tensors)
        let architecture = metadata.string("general.architecture")
        version = file.version
        fileSize = parts.reduce(file.size) { $0 + $1.size }
        self.architecture = architecture
        name = metadata.string("general.name")
        parameterCount = all.reduce(0) { $0 + Int64($1.elementCount) }
        contextLength = architecture.flatMap { metadata.count("\($0).context_length") }
        vocabularySize = if case .array(let tokens)? = metadata["tokenizer.ggml.tokens"] { tokens.count } else { nil }
        chatTemplate = metadata.string("tokenizer.chat_template")
        memory = MemoryNeed(all, metadata)
        self.metadata = metadata.keyValues.map { Entry(key: $0.key, value: $0.value.shortDescription) }
        tensors = all.map { Tensor(name: $0.name, type: $0.type.name, shape: $0.dimensions, bytes: $0.byteCount) }
        types = TypeShare.shares(of: tensors)
    }

    private enum CodingKeys: String, CodingKey {
        case version, architecture, name, types, memory, metadata, tensors
        case fileSize = "file_size"
        case parameterCount = "parameter_count"
        case contextLength = "context_length"
        case vocabularySize = "vocabulary_size"
        case chatTemplate = "chat_template"
    }
}

extension GGUFFile {
    /// Whether the model only computes embeddings, or ranks: by its architecture, or because the file contains a pooling
    /// mode.
    public var makesEmbeddings: Bool {
        guard let architecture = metadata.string("general.architecture") else { return false }
        return architecture.contains("bert") || (pooling ?? 0) > 0
    }

    /// Whether the model ranks texts by a question: the file contains llama.cpp's pooling mode for that, 4.
    public var ranksTexts: Bool { pooling == 4 }

    private var pooling: Int? { metadata.string("general.architecture").flatMap { metadata.count("\($0).pooling_type") } }
}

extension ModelInspection.TypeShare {
    /// Returns the types by their share of the bytes, the largest first.
    static func shares(of tensors: [ModelInspection.Tensor]) -> [Self] {
        Dictionary(grouping: tensors, by: \.type).map { type, tensors in
            Self(type: type, tensors: tensors.count, bytes: tensors.reduce(0) { $0 + $1.bytes })
        }.sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
    }
}
