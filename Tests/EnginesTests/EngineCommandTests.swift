import Testing

@testable import Engines

@Suite("The engine's environment")
struct EngineCommandTests {
    @Test("Credentials and variables that change the command line are kept back, the rest is inherited")
    func environment() {
        let changes = EngineCommand.environment(from: [
            "HF_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret", "LLAMA_API_KEY": "secret", "LLAMA_ARG_HOST": "0.0.0.0", "ROOST_HOME": "/r",
            "PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0",
        ])
        let removed = changes.filter { $0.value == nil }.keys.sorted()
        #expect(removed == ["AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "LLAMA_API_KEY", "LLAMA_ARG_HOST", "ROOST_HOME"])
        #expect(changes["OMP_WAIT_POLICY"] == "passive")
        #expect(changes["GGML_NO_BACKTRACE"] == "1")
        #expect(changes.count == 7)
    }
}
