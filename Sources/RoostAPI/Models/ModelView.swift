package import RoostCore

/// A model in the answer to `GET /models`.
package struct ModelView: Sendable, Codable, Hashable {
    /// `org/name:QUANT`.
    package var model: String
    /// Whether an engine has the model in memory and answers.
    package var loaded: Bool
    /// The engine that runs it: `llama-server`.
    package var backend: String
    /// The size of its files in bytes.
    package var sizeBytes: Int64
    /// The absolute path of the snapshot folder, or of the folder of a converted model.
    package var localPath: String
    /// The origin of the model.
    package var origin: Origin
    /// The path in the repository of the file with which it sees images or hears sounds; `nil` without one.
    @ExplicitNull package var projector: String?
    /// The time for loading it in nanoseconds; `nil` unless it is loaded.
    @ExplicitNull package var loadDuration: Int64?
    /// Its context; `nil` where it was not asked for or cannot be told.
    package var context: ModelContext?
    /// How far its load is; `nil` where it was not asked for, or when it is not being loaded.
    package var load: LoadView?
    /// The options of its engine; `nil` where they were not asked for or cannot be told.
    package var tuning: ModelTuning?

    /// How conversations are written for it; `nil` where it was not asked for or cannot be told, and for a model that cannot chat.
    package var chatTemplate: ChatTemplate?

    /// How conversations are written for a model.
    package enum ChatTemplate: String, Sendable, Codable, Hashable {
        /// By the template in its file.
        case own
        /// Its file has none: each message is a line that begins with its author.
        case roleLines = "role_lines"
    }

    /// The origin of a model.
    package enum Origin: String, Sendable, Codable, Hashable {
        /// A GGUF file of the repository.
        case hub
        /// Roost converted the repository's weights.
        case converted
    }

    /// Creates a model.
    package init(
        model: String, loaded: Bool, sizeBytes: Int64, localPath: String, loadDuration: Int64?, origin: Origin = .hub, projector: String? = nil
    ) {
        self.model = model
        self.loaded = loaded
        self.backend = "llama-server"
        self.sizeBytes = sizeBytes
        self.localPath = localPath
        self.loadDuration = loadDuration
        self.origin = origin
        self.projector = projector
    }

    private enum CodingKeys: String, CodingKey {
        case model, loaded, backend, origin, projector, context, load, tuning
        case sizeBytes = "size_bytes"
        case localPath = "local_path"
        case loadDuration = "load_duration"
        case chatTemplate = "chat_template"
    }
}
