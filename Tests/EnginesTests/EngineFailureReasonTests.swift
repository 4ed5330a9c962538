import Testing

@testable import Engines

@Suite("Why an engine ended")
struct EngineFailureReasonTests {
    @Test("The innermost sentence of a failed load is the reason, without time stamps and function names")
    func innermost() {
        let lines = [
            "0.00.021.114 I srv  llama_server: initializing ...",
            "0.00.043.001 E gguf_init_from_reader: invalid magic characters: 'XXXX', expected 'GGUF'",
            "0.00.043.009 E llama_model_load: error loading model: llama_model_loader: failed to load model from /m/x.gguf",
            "0.00.043.010 E llama_model_load_from_file_impl: failed to load model",
            "0.00.043.020 E srv    load_model: failed to load model, '/m/x.gguf'",
        ]
        #expect(EngineFailureReason.find(in: lines) == "invalid magic characters: 'XXXX', expected 'GGUF'")
    }

    @Test("The reason after `error loading model` is taken when it says more than that loading failed")
    func loadingError() {
        let lines = [
            "llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'quux'",
            "llama_model_load_from_file_impl: failed to load model",
        ]
        #expect(EngineFailureReason.find(in: lines) == "error loading model architecture: unknown model architecture: 'quux'")
    }

    @Test("An unknown argument, a missing library and a command that is not there are reasons")
    func others() {
        #expect(EngineFailureReason.find(in: ["error: invalid argument: --quux"]) == "error: invalid argument: --quux")
        let library = "llama-server: error while loading shared libraries: libllama.so: cannot open shared object file"
        #expect(EngineFailureReason.find(in: [library]) == library)
        let missing = "roost-engine-guard: cannot start /x: No such file or directory"
        #expect(EngineFailureReason.find(in: [missing]) == missing)
    }

    @Test("Ordinary lines are no reason")
    func none() {
        #expect(EngineFailureReason.find(in: ["0.00.021.114 I srv  llama_server: initializing ...", ""]) == nil)
    }

    static let advices: [(reason: String, words: String)] = [
        ("invalid magic characters: 'XXXX', expected 'GGUF'", "roost models verify acme/x:F16"),
        ("tensor 'blk.0.attn_k.weight' data is not within the file bounds, model is corrupted or incomplete", "roost models repair"),
        ("check_tensor_dims: tensor 'token_embd.weight' has wrong shape; expected 64, 1024", "pulling it again changes nothing"),
        ("done_getting_tensors: wrong number of tensors; expected 22, got 21", "pulling it again changes nothing"),
        ("missing tensor 'blk.0.attn_norm.weight'", "pulling it again changes nothing"),
        ("GGUFv1 is no longer supported, please use a more up-to-date version", "Pulling the file again changes nothing"),
        ("llama-server: error while loading shared libraries: libllama.so: cannot open shared object file", "unconfined_engines"),
        ("unknown model architecture: 'quux'", "make engine"), ("unable to allocate CPU buffer", "Free memory"),
    ]

    @Test("The advice is not to pull again if pulling again changes nothing", arguments: advices.indices)
    func advice(_ index: Int) {
        let advice = EngineFailureReason.advice(for: Self.advices[index].reason, exit: .exited(1), model: "acme/x:F16")
        #expect(advice.contains(Self.advices[index].words), "\(advice)")
        #expect(!advice.contains("roost pull"))
    }
}
