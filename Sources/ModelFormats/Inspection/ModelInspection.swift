/// What `roost models inspect` says about a GGUF file.
public struct ModelInspection: Sendable, Encodable {
    /// Tensors of one type.
    public struct TypeShare: Sendable, Hashable, Encodable {
        /// Such as `Q4_K`.
        public let type: String
        /// Tensors of the type.
        public let tensors: Int
        /// Their bytes.
        public let bytes: Int64
    }

    /// A tensor.
    public struct Tensor: Sendable, Hashable, Encodable {
        /// Its name.
        public let name: String
        /// Such as `Q4_K`.
        public let type: String
        /// ggml's order: the row's length first.
        public let shape: [Int]
        /// Bytes.
        public let bytes: Int64
    }

    /// A key and its value, as text; long values are cut, arrays are counted.
    public struct Entry: Sendable, Hashable, Encodable {
        /// Such as `general.name`.
        public let key: String
        /// Such as `"Qwen3 8B"` or `151936 × string`.
        public let value: String
    }

    /// GGUF's version.
    public let version: UInt32
    /// Bytes of the file.
    public let fileSize: Int64
    /// llama.cpp's name of the architecture.
    public let architecture: String?
    /// The model's name.
    public let name: String?
    /// Weights.
    public let parameterCount: Int64
    /// Types by their share of the bytes, the largest first.
    public let types: [TypeShare]
    /// Tokens that the model was trained for.
    public let contextLength: Int?
    /// Tokens of the vocabulary.
    public let vocabularySize: Int?
    /// The chat template, whole.
    public let chatTemplate: String?
    /// What the model takes in memory.
    public let memory: MemoryNeed
    /// All key-values.
    public let metadata: [Entry]
    /// All tensors.
    public let tensors: [Tensor]

    /// Inspects a file.
    ///
    /// - Parameter file: The file's head.
    public init(_ file: GGUFFile) {
        let metadata = file.metadata
        let architecture = metadata.string("general.architecture")
        version = file.version
        fileSize = file.size
        self.architecture = architecture
        name = metadata.string("general.name")
        parameterCount = file.tensors.reduce(0) { $0 + Int64($1.elementCount) }
        types = Dictionary(grouping: file.tensors, by: \.type.name).map { type, tensors in
            TypeShare(type: type, tensors: tensors.count, bytes: tensors.reduce(0) { $0 + $1.byteCount })
        }.sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
        contextLength = architecture.flatMap { metadata.count("\($0).context_length") }
        vocabularySize = if case .array(let tokens)? = metadata["tokenizer.ggml.tokens"] { tokens.count } else { nil }
        chatTemplate = metadata.string("tokenizer.chat_template")
        memory = MemoryNeed(file)
        self.metadata = metadata.keyValues.map { Entry(key: $0.key, value: $0.value.shortDescription) }
        tensors = file.tensors.map { Tensor(name: $0.name, type: $0.type.name, shape: $0.dimensions, bytes: $0.byteCount) }
    }
}
