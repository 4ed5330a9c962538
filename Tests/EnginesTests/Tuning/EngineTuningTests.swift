import Testing

@testable import Engines

/// The options that a calibration chooses.
@Suite struct EngineTuningTests {
    private func tuning(_ change: (inout EngineTuning) -> Void) -> EngineTuning {
        var tuning = EngineTuning()
        change(&tuning)
        return tuning
    }

    @Test func `options become arguments, and a draft model has precedence`() {
        #expect(EngineTuning().arguments(hasDraft: false) == [])
        let all = tuning {
            $0.threads = 3
            $0.flashAttention = true
            $0.speculation = .hashed
            $0.cacheType = .q8
        }
        let rest = ["--cache-type-k", "q8_0", "--cache-type-v", "q8_0"]
        #expect(all.arguments(hasDraft: false) == ["--flash-attn", "on", "--spec-type", "ngram-mod"] + rest)
        #expect(all.arguments(hasDraft: true) == ["--flash-attn", "on"] + rest)
        #expect(tuning { $0.flashAttention = false }.arguments(hasDraft: false) == ["--flash-attn", "off"])
    }

    @Test func `values beyond their limits are seen`() {
        #expect(EngineTuning().isValid)
        #expect(tuning { ($0.threads, $0.slots, $0.promptStep) = (1, 8, 2048) }.isValid)
        for threads in [0, -1, 2000, .max] { #expect(!tuning { $0.threads = threads }.isValid) }
        for slots in [0, 3, 16, .min] { #expect(!tuning { $0.slots = slots }.isValid) }
        for step in [0, 8, 96, 4096] { #expect(!tuning { $0.promptStep = step }.isValid) }
        // The engine quantises values only with flash attention.
        #expect(!tuning { ($0.cacheType, $0.flashAttention) = (.q8, false) }.isValid)
    }

    @Test func `the processor's name is that of the kernel`() {
        #expect(MachineIdentity.processorName(in: "processor\t: 0\nmodel\t: 85\nmodel name\t: Intel(R) Xeon(R)\n") == "Intel(R) Xeon(R)")
        #expect(MachineIdentity.processorName(in: "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n") == "0xd0c")
        #expect(MachineIdentity.processorName(in: "") == "" && MachineIdentity.processorName(in: "model name") == "")
        #expect(MachineIdentity.current.processors >= 1 && MachineIdentity.current.memory > 1 << 20)
    }
}
