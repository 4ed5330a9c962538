/// How far the load of a model is, in `GET /models/{id}` and `GET /engines`.
package struct LoadView: Sendable, Codable, Hashable {
    /// `examining`, `waiting_for_memory`, `starting`, `reading` or `warming_up`; later versions may add some.
    package var stage: String
    /// The progress in words.
    package var message: String
    /// The seconds since the load began; while the model waits for memory, since it was asked for.
    package var elapsedSeconds: Double
    /// The bytes of the model's files in the engine's memory; `nil` when they are not being read, or the system does not
    /// tell.
    package var readBytes: Int64?
    /// The size of the model's files in bytes.
    package var totalBytes: Int64
    /// The seconds that the last load of this model took; `nil` for the first one.
    package var lastSeconds: Double?
    /// The estimated seconds until the model is loaded; `nil` when nothing tells.
    package var leftSeconds: Double?

    /// Creates a value.
    package init(
        stage: String, message: String, elapsedSeconds: Double, readBytes: Int64?, totalBytes: Int64, lastSeconds: Double?, leftSeconds: Double?
    ) {
        self.stage = stage
        self.message = message
        self.elapsedSeconds = elapsedSeconds
        self.readBytes = readBytes
        self.totalBytes = totalBytes
        self.lastSeconds = lastSeconds
        self.leftSeconds = leftSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case stage, message
        case elapsedSeconds = "elapsed_seconds"
        case readBytes = "read_bytes"
        case totalBytes = "total_bytes"
        case lastSeconds = "last_seconds"
        case leftSeconds = "left_seconds"
    }
}
