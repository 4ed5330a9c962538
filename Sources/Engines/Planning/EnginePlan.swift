package import ModelFormats

/// The number of parallel requests and the context length of an engine, determined before it starts from its model's
/// files and the available memory.
///
/// llama-server processes as many requests in parallel as it has slots. By default it has four that share one context,
/// so that requests can fail each other although each is small enough. Roost gives every slot its own context, and uses
/// fewer slots if memory is short.
package struct EnginePlan: Sendable, Hashable {
    /// The number of requests that the engine processes in parallel; a power of two.
    package let slots: Int
    /// The maximum number of tokens of one request, its prompt and its answer together.
    package let contextLength: Int
    /// Why the context has this length and the engine this number of slots; not a whole sentence.
    package let reason: String
    /// Whether the engine only computes embeddings, or ranks.
    package let makesEmbeddings: Bool
    /// Whether the engine ranks texts by a question, instead of computing embeddings.
    package var ranksTexts = false
    /// The number of tokens in the model's vocabulary; `nil` if its file does not contain it.
    package var vocabularySize: Int?
    /// The special tokens in the vocabulary; `nil` if its file does not contain them.
    package var marks: PromptMarks?
    /// Whether the model's chat template has a place for tools. Without it, engines leave tools out without a word.
    package var callsTools = true
    /// The size of the engine's cache of past conversations outside its slots, in MiB. llama-server's default is 8192.
    package let promptCacheMiB: Int
    /// The files that the engine loads beside its model.
    package var companions = EngineCompanions()
    /// Whether conversations are written as plain role lines, because the model has no chat template.
    package var usesRoleLines = false
    /// The options that a calibration has chosen. What is in memory may have fewer slots.
    package let tuning: EngineTuning
    /// The attention of an engine that computes on processors only; `nil` for another one.
    var attention: ProcessorAttention?

    /// The number of slots without a calibration, and the maximum number of answers (`n`) for one request.
    package static let mostSlots = 4
    /// The number of sliding-window states that a slot keeps to go back to. llama-server's default is 32, which take
    /// gigabytes for large models.
    static let windowStates = 4
    /// The number of tokens that the engine computes at the same time, if it is not an embedding model.
    private static let physicalBatch = 512

    /// Creates a plan with these numbers.
    init(
        slots: Int, contextLength: Int, reason: String, makesEmbeddings: Bool, promptCacheMiB: Int, tuning: EngineTuning = EngineTuning()
    ) {
        self.slots = slots
        self.contextLength = contextLength
        self.reason = reason
        self.makesEmbeddings = makesEmbeddings
        self.promptCacheMiB = promptCacheMiB
        self.tuning = tuning
    }

    /// The number of tokens that the engine computes at the same time.
    var step: Int { makesEmbeddings ? contextLength : min(max(Self.physicalBatch, companions.leastStep), contextLength) }

    /// The plan as arguments for llama-server.
    var arguments: [String] {
        // Without `--kv-unified` the context is divided evenly among the slots.
        let shared = ["--parallel", String(slots), "--ctx-size", String(slots * contextLength), "--cache-ram", String(promptCacheMiB)]
        guard makesEmbeddings else {
            return shared + ["--ctx-checkpoints", String(Self.windowStates)] + companions.arguments + (usesRoleLines ? RoleLines.arguments : [])
                + tuning.arguments(hasDraft: companions.draft != nil)
        }
        // Such a model reads a text in one step, so a step must accept as many tokens as the longest text has.
        return shared + [ranksTexts ? "--reranking" : "--embeddings", "--batch-size", String(step), "--ubatch-size", String(step)]
    }
}

/// The properties of a model's files that determine its engine, and what a calibration has found out about them.
package struct ModelFacts: Sendable, Hashable {
    /// Whether the model only computes embeddings, or ranks.
    package var makesEmbeddings = false
    /// Whether the model ranks texts by a question.
    package var ranksTexts = false
    /// The number of tokens in the vocabulary; `nil` if the file does not contain it.
    package var vocabularySize: Int?
    /// The special tokens in the vocabulary; `nil` if the file does not contain them.
    package var marks: PromptMarks?
    /// Whether the chat template has a place for tools.
    package var callsTools = true
    /// The number of tokens that the model was trained for; `nil` if its file does not contain it.
    package var contextLength: Int?
    /// The size of the weights in bytes.
    package var weightBytes: Int64 = 0
    /// The numbers of its structure; `nil` if the file does not contain enough information.
    package var shape: ModelShape?
    /// The files that the engine loads beside the model.
    package var companions = EngineCompanions()
    /// Whether the model's file has a chat template.
    package var hasChatTemplate = true
    /// The options that a calibration has chosen.
    package var tuning = EngineTuning()
    /// Whether the engine can use devices such as GPUs.
    package var hasDevices = false

    /// Creates a value without known properties.
    package init() {}
}
