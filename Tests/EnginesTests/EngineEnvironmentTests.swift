import Testing

@testable import Engines

@Suite("The engine's environment")
struct EngineEnvironmentTests {
    @Test("Only what loaders and drivers need is passed on: no credential, no proxy, no variable that changes the command line")
    func allowList() {
        let environment = EngineEnvironment.of([
            "HF_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret", "LLAMA_API_KEY": "secret", "LLAMA_ARG_HOST": "0.0.0.0", "ROOST_HOME": "/r",
            "HTTPS_PROXY": "http://user:password@proxy", "https_proxy": "http://user:password@proxy", "ALL_PROXY": "x", "DATABASE_URL": "x",
            "GGML_TOKEN": "secret", "PATH": "/bin", "HOME": "/h", "CUDA_VISIBLE_DEVICES": "0", "LD_LIBRARY_PATH": "/l", "OMP_WAIT_POLICY": "active",
        ])
        #expect(
            environment == [
                "PATH": "/bin", "HOME": "/h", "CUDA_VISIBLE_DEVICES": "0", "LD_LIBRARY_PATH": "/l", "OMP_WAIT_POLICY": "passive",
                "GOMP_SPINCOUNT": "1000",
                "GGML_NO_BACKTRACE": "1",
            ])
    }
}
