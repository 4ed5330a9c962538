/// One row of `GET /models`.
public struct ModelView: Sendable, Codable, Hashable {
    /// `org/name:QUANT`.
    public var model: String
    /// Whether an engine has it in memory and answers.
    public var loaded: Bool
    /// The engine that runs it: `llama-server`.
    public var backend: String
    /// The size of its files in bytes.
    public var sizeBytes: Int64
    /// The absolute path of its snapshot folder, or of the folder that Roost made it in.
    public var localPath: String
    /// Where it comes from.
    public var origin: Origin
    /// What loading took, in nanoseconds; `nil` unless loaded.
    public var loadDuration: Int64?

    /// Where a model can come from.
    public enum Origin: String, Sendable, Codable, Hashable {
        /// A GGUF file of its repository.
        case hub
        /// Roost made it of its repository's weights.
        case converted
    }

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - model: `org/name:QUANT`.
    ///   - loaded: Whether an engine answers for it.
    ///   - sizeBytes: Bytes.
    ///   - localPath: The snapshot folder.
    ///   - loadDuration: Nanoseconds.
    ///   - origin: Where it comes from.
    public init(model: String, loaded: Bool, sizeBytes: Int64, localPath: String, loadDuration: Int64?, origin: Origin = .hub) {
        self.model = model
        self.loaded = loaded
        self.backend = "llama-server"
        self.sizeBytes = sizeBytes
        self.localPath = localPath
        self.loadDuration = loadDuration
        self.origin = origin
    }

    private enum CodingKeys: String, CodingKey {
        case model, loaded, backend, origin
        case sizeBytes = "size_bytes"
        case localPath = "local_path"
        case loadDuration = "load_duration"
    }

    /// Writes all fields, absent ones as `null`.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(loaded, forKey: .loaded)
        try container.encode(backend, forKey: .backend)
        try container.encode(sizeBytes, forKey: .sizeBytes)
        try container.encode(localPath, forKey: .localPath)
        try container.encode(origin, forKey: .origin)
        try container.encode(loadDuration, forKey: .loadDuration)
    }
}
