import Logging
import ModelLibrary
import RoostCore
import SystemPackage

/// The prompts in the slots of engines.
extension EngineSupervisor {
    /// Prepares the folder of an engine's prompts before it starts.
    ///
    /// - Returns: The folder; `nil` if no prompts can be stored.
    func openPrompts(of engine: SupervisedEngine, _ plan: EnginePlan) async -> FilePath? {
        let reference = engine.entry.reference
        engines[reference]?.promptKey = nil
        // llama-server stores no slots when it has a projector.
        guard let prompts = configuration.prompts, !plan.makesEmbeddings, plan.companions.projector == nil else { return nil }
        // The engine's own file format depends on its build and options.
        let speed = speedKey(of: engine.entry, engine.executable)
        let options = plan.arguments + configuration.extraArguments
        let key = "\(speed.model) \(speed.size) \(speed.engine) \(speed.engineBuilt) \(options.joined(separator: " "))"
        do {
            let stored = try await prompts.open(for: key)
            engines[reference]?.promptKey = key
            engines[reference]?.storedPrompts = stored
            return prompts.folder(for: key)
        } catch {
            logger.warning("Prompts cannot be stored for the next start", metadata: ["model": "\(reference)", "error": "\(error)"])
            return nil
        }
    }

    /// Deletes the stored prompts of models that were removed.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    package nonisolated func removePromptsOfMissingModels() async throws { try await configuration.prompts?.removeOfMissingModels() }

    /// Begins the table of an engine's slots when it has become ready.
    ///
    /// - Parameters:
    ///   - engine: The engine.
    ///   - promptStep: The number of tokens that it reads in a quarter of a second.
    func prepareSlots(of engine: SupervisedEngine, _ promptStep: Int?) {
        guard let plan = engine.plan else { return }
        // What the engine reads in about a second is worth a copy; a token is about four bytes of text.
        let leastShared = 16 * (promptStep ?? PromptStep.untilMeasured)
        engines[engine.entry.reference]?.prepareSlots(plan, leastShared: leastShared)
    }

    /// Waits until other requests want to use a request's prompt.
    ///
    /// - Throws: `CancellationError`.
    func untilWanted(_ placed: PlacedRequest) async throws {
        while engines[placed.model]?.slots.isWanted(placed.id) == false { try await waitForChange() }
    }

    /// Records that the engine has read a request's prompt, and starts those that waited for it.
    func hasRead(_ placed: PlacedRequest) {
        engines[placed.model]?.slots.hasRead(placed.id)
        startWaiting(placed.model)
    }

    /// Stores the prompt of a request that the engine has just read, so that others can begin with it.
    func copyPrompt(of placed: PlacedRequest, _ connection: EngineConnection) async {
        defer { hasRead(placed) }
        guard let engine = engines[placed.model], let prompt = engine.admission.running[placed.id]?.request.prompt else { return }
        await storePrompt(prompt, in: placed.place.slot, of: engine, connection)
    }

    /// Reads a stored prompt into the slot of a request.
    func restorePrompt(for placed: PlacedRequest, _ connection: EngineConnection) async throws {
        guard let stored = placed.place.restored else { return }
        do {
            _ = try await connection.restore(slot: placed.place.slot, from: stored.file)
        } catch let error as RoostError where error.code == .engineRefused {
            // The engine reads the prompt itself then.
            await drop(stored, of: placed.model, "it could not be read: \(error.message)")
        }
    }

    /// Checks that the engine has not computed again what was restored.
    func checkReuse(_ placed: PlacedRequest) async {
        guard let stored = placed.place.restored, let counts = placed.counts.counts,
            let prompt = engines[placed.model]?.admission.running[placed.id]?.request.prompt
        else { return }
        let expected = stored.sharedTokens(with: prompt)
        guard counts.cached * 2 < expected else { return }
        await drop(stored, of: placed.model, "the engine reused \(counts.cached) of about \(expected) tokens")
    }

    /// Stores the prompts of an engine's idle slots before it ends, for its next start.
    func storePrompts(of engine: SupervisedEngine) async {
        guard let current = engines[engine.entry.reference], current.id == engine.id,
            let connection = try? connection(to: engine, record: ConnectionRecord())
        else { return }
        // An engine that hangs must not hold up the end.
        _ = try? await time.finishes(within: configuration.promptStoringTime) {
            for (slot, prompt) in current.slots.idlePrompts where !current.slots.stored.contains(where: { $0.prompt == prompt }) {
                guard !Task.isCancelled else { return }
                await self.storePrompt(prompt, in: slot, of: current, connection)
            }
        }
    }

    private func storePrompt(_ prompt: PromptOutline, in slot: Int, of engine: SupervisedEngine, _ connection: EngineConnection) async {
        guard let folder = configuration.prompts, let plan = engine.plan, let key = engine.promptKey else { return }
        let reference = engine.entry.reference
        do {
            guard try await folder.hasRoom(for: engine.promptBytes(prompt, plan)) else { return }
            // Files of earlier starts are in the same folder.
            let file = "\(String(UInt64.random(in: .min ... .max), radix: 16)).prompt"
            let (tokens, bytes) = try await connection.save(slot: slot, to: file)
            guard tokens > 0 else { return }
            let stored = StoredPrompt(prompt: prompt, tokens: tokens, file: file, bytes: bytes)
            guard engines[reference]?.id == engine.id else { return }
            engines[reference]?.slots.store(stored)
            let all = engines[reference]?.slots.stored ?? []
            let kept = try await folder.write(all, for: key, of: engine.entry.modelFile)
            for lost in all where !kept.contains(lost) { engines[reference]?.slots.drop(lost, isUseless: false) }
            logger.debug("Stored a prompt", metadata: ["model": "\(reference)", "tokens": "\(tokens)", "bytes": "\(bytes)"])
        } catch {
            logger.notice("A prompt could not be stored", metadata: ["model": "\(reference)", "error": "\(error)"])
        }
    }

    private func drop(_ stored: StoredPrompt, of reference: ModelReference, _ why: String) async {
        engines[reference]?.slots.drop(stored, isUseless: true)
        logger.notice("A stored prompt did not help and is deleted", metadata: ["model": "\(reference)", "reason": "\(why)"])
        guard let folder = configuration.prompts, let engine = engines[reference], let key = engine.promptKey else { return }
        do {
            _ = try await folder.write(engine.slots.stored, for: key, of: engine.entry.modelFile)
        } catch {
            logger.notice("The list of stored prompts could not be written", metadata: ["model": "\(reference)", "error": "\(error)"])
        }
    }
}

extension SupervisedEngine {
    /// About the size of a stored prompt in bytes.
    fileprivate func promptBytes(_ prompt: PromptOutline, _ plan: EnginePlan) -> Int64 {
        guard let facts else { return 0 }
        let perToken = MemoryEstimate(facts, plan).context / Int64(max(1, plan.slots * plan.contextLength))
        return perToken * Int64(min(plan.contextLength, prompt.bytes / 4 + 1))
    }
}
