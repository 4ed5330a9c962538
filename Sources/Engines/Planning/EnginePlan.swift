/// The number of parallel requests and the context length of an engine, determined before it starts from its model's
/// files and the available memory.
///
/// llama-server processes as many requests in parallel as it has slots. By default it has four that share one context,
/// so that requests can fail each other although each is small enough. Roost gives every slot its own context, and uses
/// fewer slots if memory is short.
package struct EnginePlan: Sendable, Hashable {
    /// The number of requests that the engine processes in parallel; a power of two up to `mostSlots`.
    package let slots: Int
    /// The maximum number of tokens of one request, its prompt and its answer together.
    package let contextLength: Int
    /// Whether the engine only computes embeddings.
    package let makesEmbeddings: Bool

    /// The maximum number of slots of an engine, and therefore of answers (`n`) for one request.
    package static let mostSlots = 4
    /// The size of the engine's cache of past conversations outside its slots, in MiB. llama-server's default is 8192.
    private static let promptCacheMiB = 512
    /// The number of sliding-window states that a slot keeps to go back to. llama-server's default is 32, which take
    /// gigabytes for large models.
    private static let windowStates = 4
    /// The text length in tokens that embedding models support if they were trained for it, whatever the configured
    /// context length.
    private static let longestText = 8192

    /// Determines the plan.
    ///
    /// - Parameters:
    ///   - facts: The properties of the model's files.
    ///   - wantedContext: The configured context length in tokens; 0 for the model's own.
    ///   - availableMemory: The memory in bytes that programs can still allocate.
    package init(_ facts: ModelFacts, wantedContext: Int, availableMemory: Int64) {
        let trained = facts.contextLength ?? (facts.makesEmbeddings ? 512 : .max)
        let wanted = wantedContext > 0 ? wantedContext : (facts.contextLength ?? 4096)
        var context = min(trained, wanted)
        if facts.makesEmbeddings {
            // When the text is read in one step, each token may attend to each other one: about 64 bytes for each pair,
            // at most a quarter of the memory.
            let longest = [Self.longestText, Self.longestText / 2].first { Int64($0 * $0 * 64) <= availableMemory / 4 } ?? wanted
            context = min(trained, max(wanted, longest))
        }
        contextLength = context
        makesEmbeddings = facts.makesEmbeddings
        // A tenth is reserved for the engine's computation buffers.
        let room = availableMemory / 10 * 9 - facts.weightBytes
        let slotBytes = Double(facts.bytesPerToken ?? 0) * Double(context)
        slots = [Self.mostSlots, 2].first { Double($0) * slotBytes <= Double(room) } ?? 1
    }

    /// The plan as arguments for llama-server.
    var arguments: [String] {
        // Without `--kv-unified` the context is divided evenly among the slots.
        let shared = ["--parallel", String(slots), "--ctx-size", String(slots * contextLength)]
        guard makesEmbeddings else {
            return shared + ["--cache-ram", String(Self.promptCacheMiB), "--ctx-checkpoints", String(Self.windowStates)]
        }
        // Such a model reads a text in one step, so a step must accept as many tokens as the longest text has.
        let step = String(contextLength)
        return shared + ["--embeddings", "--batch-size", step, "--ubatch-size", step, "--cache-ram", "0"]
    }
}

/// The properties of a model's files that determine its engine.
package struct ModelFacts: Sendable, Hashable {
    /// Whether the model only computes embeddings.
    package var makesEmbeddings = false
    /// The number of tokens that the model was trained for; `nil` if its file does not contain it.
    package var contextLength: Int?
    /// The size of the weights in bytes.
    package var weightBytes: Int64 = 0
    /// The memory that each token of the context needs, in bytes; `nil` if the file does not contain enough
    /// information.
    package var bytesPerToken: Int64?

    /// Creates a value without known properties.
    package init() {}
}
