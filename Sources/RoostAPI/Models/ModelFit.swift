/// The answer to `GET /models/{id}/fit`: whether a model fits into the memory beside the loaded ones.
package struct ModelFit: Sendable, Codable, Hashable {
    /// The model.
    package var model: String
    /// `loaded`, `fits`, `after_eviction`, `after_requests` or `never`.
    package var answer: String
    /// The models that would be taken out of memory for it.
    package var evicts: [String]
    /// Its context.
    package var context: ModelContext
    /// The memory that it needs in bytes: the sum of the parts, or more if an engine used more before.
    package var neededBytes: Int64
    /// The memory for it now, in bytes.
    package var freeBytes: Int64
    /// The memory for it when the others have been taken out, in bytes.
    package var usableBytes: Int64
    /// The parts of the estimate.
    package var parts: Parts
    /// The most bytes that an engine with the same context used before; `nil` if there was none.
    package var usedBefore: Int64?
    /// The number of layers of the model; `nil` if its file does not contain it.
    package var layers: Int?
    /// The number of layers in the memory of devices; `nil` on a machine without one.
    package var deviceLayers: Int?
    /// The devices of the machine.
    package var devices: [Device]

    /// The parts of an estimate in bytes.
    package struct Parts: Sendable, Codable, Hashable {
        /// The model's weights.
        package var weights: Int64
        /// The keys and values of the context.
        package var context: Int64
        /// The buffers of the computation, and the program.
        package var compute: Int64
        /// The states of earlier texts.
        package var promptCache: Int64
        /// What is kept free.
        package var margin: Int64

        /// Creates the parts.
        package init(weights: Int64, context: Int64, compute: Int64, promptCache: Int64, margin: Int64) {
            self.weights = weights
            self.context = context
            self.compute = compute
            self.promptCache = promptCache
            self.margin = margin
        }

        private enum CodingKeys: String, CodingKey {
            case weights, context, compute, margin
            case promptCache = "prompt_cache"
        }
    }

    /// A device of the machine.
    package struct Device: Sendable, Codable, Hashable {
        /// The engine's name of it.
        package var name: String
        /// Its name for people.
        package var description: String
        /// Its memory in bytes.
        package var totalBytes: Int64
        /// The part that is free, in bytes.
        package var freeBytes: Int64

        /// Creates a device.
        package init(name: String, description: String, totalBytes: Int64, freeBytes: Int64) {
            self.name = name
            self.description = description
            self.totalBytes = totalBytes
            self.freeBytes = freeBytes
        }

        private enum CodingKeys: String, CodingKey {
            case name, description
            case totalBytes = "total_bytes"
            case freeBytes = "free_bytes"
        }
    }

    /// Creates an answer.
    package init(
        model: String, answer: String, evicts: [String], context: ModelContext, neededBytes: Int64, freeBytes: Int64, usableBytes: Int64,
        parts: Parts, usedBefore: Int64?, layers: Int?, deviceLayers: Int?, devices: [Device]
    ) {
        self.model = model
        self.answer = answer
        self.evicts = evicts
        self.context = context
        self.neededBytes = neededBytes
        self.freeBytes = freeBytes
        self.usableBytes = usableBytes
        self.parts = parts
        self.usedBefore = usedBefore
        self.layers = layers
        self.deviceLayers = deviceLayers
        self.devices = devices
    }

    private enum CodingKeys: String, CodingKey {
        case model, answer, evicts, context, parts, layers, devices
        case neededBytes = "needed_bytes"
        case freeBytes = "free_bytes"
        case usableBytes = "usable_bytes"
        case usedBefore = "used_before"
        case deviceLayers = "device_layers"
    }
}
