/// The prompts in the slots of a running engine, and the choice of the slot for each request. A value type; the caller
/// passes the time.
///
/// An engine does not compute again what a slot has in common with its new prompt. By itself, llama-server reuses only
/// the prompt of a request that has ended. Roost chooses the slots, so it knows what each one contains: of requests that
/// come together and begin alike, it lets the first one read the common part, copies the slot, and starts the others
/// with the copy.
struct SlotTable: Sendable {
    /// A slot.
    private struct Slot {
        /// The prompt that is in it, or that is being read into it.
        var prompt: PromptOutline?
        /// The request that uses it.
        var request: Int?
        /// Whether the engine still reads the prompt.
        var isReading = false
        /// The bytes of the prompt that the engine has read, or reads, for this request.
        var newBytes = 0
        /// Whether the request was asked to stop so that its prompt can be copied.
        var isWanted = false
        var lastUsed: Duration = .zero
    }

    /// The place of a request.
    struct Place: Sendable, Hashable {
        /// The number of the slot.
        let slot: Int
        /// The stored prompt to read into it first; `nil` if the slot itself is as good.
        let restored: StoredPrompt?
        /// The bytes of the request's prompt that are not in the slot, or in the stored prompt.
        let newBytes: Int
    }

    /// The least bytes in common for which a request waits for another one, or a stored prompt is used. The engine reads
    /// the tokens of a shorter text in about the time that a copy takes.
    let leastShared: Int
    /// Whether prompts can be stored and copied.
    private(set) var canCopy: Bool
    private var slots: [Slot]
    /// The prompts in files that can be read into slots.
    private(set) var stored: [StoredPrompt]
    /// Requests whose slot is the engine's choice.
    private var unplaced: Set<Int> = []
    private var disappointments = 0

    /// The number of stored prompts that did not help after which none is used any more.
    private static let mostDisappointments = 3

    /// Creates the table of an engine that has just started.
    ///
    /// - Parameters:
    ///   - slots: The number of its slots.
    ///   - stored: The prompts in files; `nil` if none can be stored.
    ///   - leastShared: The least bytes in common that are worth a copy.
    init(slots: Int, stored: [StoredPrompt]? = nil, leastShared: Int = 1024) {
        self.slots = Array(repeating: Slot(), count: slots)
        self.stored = stored ?? []
        self.canCopy = stored != nil && slots > 0
        self.leastShared = leastShared
    }

    /// Chooses the slot of a request that starts.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - prompt: Its prompt; `nil` if it is unknown or the request needs several slots.
    /// - Returns: `nil` if the engine has to choose.
    mutating func place(_ request: Int, _ prompt: PromptOutline?) -> Place? {
        let free = slots.indices.filter { slots[$0].request == nil }
        // While the engine uses slots of its own choice, it is not known which ones are free.
        guard let prompt, unplaced.isEmpty, let oldest = free.min(by: { slots[$0].lastUsed < slots[$1].lastUsed }) else {
            unplaced.insert(request)
            return nil
        }
        // Of slots that have the same begin, such as a system prompt, the one that was not used for the longest time.
        var slot = free.max { (shared($0, prompt), slots[$1].lastUsed) < (shared($1, prompt), slots[$0].lastUsed) } ?? oldest
        var common = shared(slot, prompt)
        // llama-server has the same rule: a tenth in common is no reason to give up the rest of a slot's prompt.
        if common * 10 < prompt.bytes { (slot, common) = (oldest, shared(oldest, prompt)) }
        var restored: StoredPrompt?
        if canCopy, let best = stored.max(by: { $0.prompt.sharedBytes(with: prompt) < $1.prompt.sharedBytes(with: prompt) }) {
            let inFile = best.prompt.sharedBytes(with: prompt)
            if inFile >= common + leastShared { (slot, common, restored) = (oldest, inFile, best) }
        }
        let newBytes = prompt.bytes - common
        slots[slot].request = request
        slots[slot].prompt = prompt
        slots[slot].isReading = newBytes >= leastShared
        slots[slot].newBytes = newBytes
        return Place(slot: slot, restored: restored, newBytes: newBytes)
    }

    /// Whether a request should wait, because a running one is reading a prompt with the same begin. That prompt is read to its
    /// end first, so at least half of what is read has to be of use to this request.
    ///
    /// - Parameter prompt: The prompt of the waiting request.
    /// - Returns: Whether it waits. The running request is then marked as wanted.
    mutating func isHeld(_ prompt: PromptOutline) -> Bool {
        guard canCopy, slots.count > 1 else { return false }
        let idle = slots.indices.filter { slots[$0].request == nil }.map { shared($0, prompt) }
        let known = (idle + stored.map { $0.prompt.sharedBytes(with: prompt) }).max() ?? 0
        let helpful = slots.indices.filter { slot in
            let saved = shared(slot, prompt) - known
            return slots[slot].isReading && saved >= leastShared && slots[slot].newBytes <= 2 * saved
        }
        guard let best = helpful.max(by: { shared($0, prompt) < shared($1, prompt) }) else { return false }
        slots[best].isWanted = true
        return true
    }

    /// Whether the engine reads a prompt that is long enough for others to wait for it.
    func isReading(_ request: Int) -> Bool { slots.contains { $0.request == request && $0.isReading } }

    /// The number of prompts that other requests wait for.
    var wantedPrompts: Int { slots.count { $0.isWanted } }

    /// Whether other requests wait for a request's prompt.
    func isWanted(_ request: Int) -> Bool { slots.contains { $0.request == request && $0.isReading && $0.isWanted } }

    /// Records that the engine has read a request's prompt, so that none waits for it any more.
    mutating func hasRead(_ request: Int) {
        guard let slot = slots.firstIndex(where: { $0.request == request }) else { return }
        slots[slot].isReading = false
        slots[slot].isWanted = false
    }

    /// Records that a request has ended.
    mutating func end(_ request: Int, at now: Duration) {
        unplaced.remove(request)
        guard let slot = slots.firstIndex(where: { $0.request == request }) else { return }
        hasRead(request)
        slots[slot].request = nil
        slots[slot].lastUsed = now
    }

    /// Adds a prompt that was stored.
    mutating func store(_ prompt: StoredPrompt) { stored.append(prompt) }

    /// Removes a stored prompt.
    ///
    /// - Parameters:
    ///   - prompt: The prompt.
    ///   - isUseless: Whether the engine computed again what the file contained. After a few such files, none is used any
    ///     more: some models cannot continue a stored prompt.
    mutating func drop(_ prompt: StoredPrompt, isUseless: Bool) {
        stored.removeAll { $0.file == prompt.file }
        if isUseless { disappointments += 1 }
        if disappointments >= Self.mostDisappointments { canCopy = false }
    }

    /// The idle slots with prompts that are worth storing, the last used first.
    var idlePrompts: [(slot: Int, prompt: PromptOutline)] {
        guard canCopy, unplaced.isEmpty else { return [] }
        return slots.indices.filter { slots[$0].request == nil }.sorted { slots[$0].lastUsed > slots[$1].lastUsed }.compactMap { slot in
            guard let prompt = slots[slot].prompt, prompt.bytes >= leastShared else { return nil }
            return (slot, prompt)
        }
    }

    private func shared(_ slot: Int, _ prompt: PromptOutline) -> Int { slots[slot].prompt?.sharedBytes(with: prompt) ?? 0 }
}
