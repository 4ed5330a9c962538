import Testing

@testable import ModelFormats

/// The engine takes every model with "phi-3" in its name for a Phi 3.
@Suite struct ModelNameTests {
    @Test(arguments: [("acme/helper", "helper (Phi-3)"), ("microsoft/Phi-3-mini", "Phi-3-mini"), ("acme/phi3-tuned", "phi3-tuned")])
    func `a Phi 3 is called one whatever its repository is called`(_ repository: String, _ name: String) {
        #expect(ModelName.text(repository, isPhi3: true) == name)
    }

    @Test(arguments: [
        ("acme/Llama-distilled-from-Phi-3", "Llama-distilled-from-Phi 3"), ("acme/PHI3-like-phi-3", "PHI 3-like-phi 3"), ("acme/phi-4", "phi-4"),
        ("acme/modern-bert-base", "modern bert-base"), ("plain", "plain"),
    ])
    func `another model is not called one`(_ repository: String, _ name: String) {
        #expect(ModelName.text(repository, isPhi3: false) == name)
    }

    @Test func `the class decides, by its tokenizer`() async throws {
        #expect(try await ModelFixture.source("phi-3-tiny", repository: "acme/helper").value("general.name") == .string("helper (Phi-3)"))
        #expect(try await ModelFixture.source("llama", repository: "acme/phi-3-killer").value("general.name") == .string("phi 3-killer"))
    }
}
