/// How much an engine takes at once: decided before it starts, from what its model's files say and from the memory there is.
///
/// llama-server answers as many requests at once as it has slots. Left to itself it has four that share one context, so that requests that are each
/// small enough fail each other. Here every slot has a context of its own, and there are fewer slots where memory is short.
public struct EnginePlan: Sendable, Hashable {
    /// Requests that the engine works on at once; a power of two up to `mostSlots`.
    public let slots: Int
    /// Tokens that one request may take, its prompt and its answer together.
    public let contextLength: Int
    /// Whether the engine makes vectors, and nothing else.
    public let makesEmbeddings: Bool

    /// The most slots that an engine gets, and so the most answers (`n`) that one request may ask for.
    public static let mostSlots = 4
    /// What an engine keeps of past conversations outside its slots, in MiB. llama-server's own bound is 8192.
    private static let promptCacheMiB = 512
    /// States of a sliding window that a slot keeps, to go back to. llama-server's own bound is 32, which take gigabytes for large models.
    private static let windowStates = 4
    /// Texts up to this length work for models that make vectors and were trained for it, whatever the context of chats is.
    private static let longestText = 8192

    /// Decides.
    ///
    /// - Parameters:
    ///   - facts: What the model's files say.
    ///   - wantedContext: The configured context, in tokens; 0 takes the model's own.
    ///   - availableMemory: Bytes that programs can still get.
    package init(_ facts: ModelFacts, wantedContext: Int, availableMemory: Int64) {
        let trained = facts.contextLength ?? (facts.makesEmbeddings ? 512 : .max)
        let wanted = wantedContext > 0 ? wantedContext : (facts.contextLength ?? 4096)
        var context = min(trained, wanted)
        if facts.makesEmbeddings {
            // Read in one step, each token may look at each other one: some 64 bytes for each pair, a quarter of the memory at the most.
            let longest = [Self.longestText, Self.longestText / 2].first { Int64($0 * $0 * 64) <= availableMemory / 4 } ?? wanted
            context = min(trained, max(wanted, longest))
        }
        contextLength = context
        makesEmbeddings = facts.makesEmbeddings
        // A tenth stays for what the engine computes in.
        let room = availableMemory / 10 * 9 - facts.weightBytes
        let slotBytes = Double(facts.bytesPerToken ?? 0) * Double(context)
        slots = [Self.mostSlots, 2].first { Double($0) * slotBytes <= Double(room) } ?? 1
    }

    /// The plan as arguments of llama-server.
    var arguments: [String] {
        // Without `--kv-unified` the context is divided evenly among the slots.
        let shared = ["--parallel", String(slots), "--ctx-size", String(slots * contextLength)]
        guard makesEmbeddings else {
            return shared + ["--cache-ram", String(Self.promptCacheMiB), "--ctx-checkpoints", String(Self.windowStates)]
        }
        // Such a model reads a text in one step, so that a step must take as many tokens as the longest text has.
        let step = String(contextLength)
        return shared + ["--embeddings", "--batch-size", step, "--ubatch-size", step, "--cache-ram", "0"]
    }
}
