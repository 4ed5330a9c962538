import ModelFormats
import SystemPackage
import Testing

@testable import Engines

/// The options of an engine as they are shown.
@Suite struct EngineOptionTests {
    private func plan(_ tuning: EngineTuning = EngineTuning(), slots: Int = 4, embeddings: Bool = false) -> EnginePlan {
        EnginePlan(slots: slots, contextLength: 512, reason: "", makesEmbeddings: embeddings, promptCacheMiB: 0, tuning: tuning)
    }

    private func texts(_ plan: EnginePlan, threads: Int? = nil, step: Int? = nil) -> [String] {
        EngineOption.all(plan, threads: threads, step: step).map { "\($0.name) \($0.value) \($0.source.rawValue)" }
    }

    @Test func `each value has its source`() {
        #expect(
            texts(plan()) == [
                "threads the engine's choice default", "slots 4 default", "tokens_per_step 32 default", "flash_attention auto default",
                "speculation none default", "cache_type f16 default",
            ])
        var tuning = EngineTuning()
        (tuning.threads, tuning.slots, tuning.promptStep, tuning.flashAttention) = (3, 8, 128, false)
        tuning.speculation = .simple
        #expect(
            texts(plan(tuning, slots: 8), threads: 2, step: 64) == [
                "threads 2 configured", "slots 8 measured", "tokens_per_step 128 measured", "flash_attention off measured",
                "speculation ngram-simple measured", "cache_type f16 default",
            ])
        // Less memory than at the calibration.
        #expect(texts(plan(tuning, slots: 4)).prefix(2) == ["threads 3 measured", "slots 4 default"])
        #expect(texts(plan(), step: 256)[2] == "tokens_per_step 256 measured")
        #expect(texts(plan(embeddings: true), step: 256)[2] == "tokens_per_step 512 default")
        var drafted = plan(tuning, slots: 8)
        drafted.companions.draft = .init(files: ["draft.gguf"], weightBytes: 1, shape: ModelShape())
        #expect(texts(drafted)[4] == "speculation a draft model configured")
        #expect(drafted.arguments.count { $0 == "--spec-type" } == 1 && drafted.arguments.contains("draft-simple"))
    }
}
