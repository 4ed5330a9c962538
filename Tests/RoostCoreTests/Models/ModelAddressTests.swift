import RoostCore
import Testing

@Suite struct ModelAddressTests {
    @Test(
        arguments: [
            ("https://huggingface.co/org/name", "org/name", nil), ("http://huggingface.co/org/name/", "org/name", nil),
            ("HTTPS://HuggingFace.co/org/name", "org/name", nil), ("huggingface.co/org/name", "org/name", nil), ("hf.co/org/name", "org/name", nil),
            ("https://www.huggingface.co/org/name?library=gguf#use", "org/name", nil), ("hf.co/gpt2", "gpt2", nil),
            ("hf.co/gpt2/tree/main", "gpt2", nil),
            ("hf.co/org/name:Q4_K_M", "org/name:Q4_K_M", nil), ("hf.co/org/name:sub/x.gguf", "org/name:sub/x", nil),
            ("hf.co/org/name:latest", "org/name", nil),
            ("https://huggingface.co/org/name/tree/main", "org/name", nil), ("https://huggingface.co/org/name/tree/v1.0", "org/name", "v1.0"),
            ("https://huggingface.co/org/name/tree/main/UD-Q4_K_XL", "org/name:UD-Q4_K_XL", nil),
            ("https://huggingface.co/org/name/blob/main/x-Q8_0.gguf", "org/name:x-Q8_0", nil),
            ("https://huggingface.co/org/name/blob/main/README.md", "org/name", nil),
            ("https://huggingface.co/org/name/resolve/main/sub/x%20y-Q8_0.gguf?download=true", "org/name:sub/x y-Q8_0", nil),
            ("https://huggingface.co/org/name/resolve/refs%2Fpr%2F1/x-00001-of-00002.gguf", "org/name:x", "refs/pr/1"),
            ("https://huggingface.co/org/name/tree/refs/pr/1", "org/name", "refs/pr/1"),
            ("https://huggingface.co/org/name/commit/0123abc", "org/name", "0123abc"),
            ("https://huggingface.co/org/name/discussions/3", "org/name", nil),
            ("https://huggingface.co/org/name?show_file_info=x-Q4_K_M.gguf", "org/name:x-Q4_K_M", nil),
        ] as [(String, String, String?)]) func `the address of a page or a file is understood`(text: String, model: String, revision: String?) throws
    {
        let address = try #require(try ModelAddress(parsing: text))
        #expect(address.model.description == model && address.revision == revision)
        #expect(try ModelSelector(parsing: text).description == model + (revision.map { "@\($0)" } ?? ""))
        if revision == nil {
            #expect(try ModelReference(parsing: text) == address.model)
        } else {
            let error = try #require(throws: RoostError.self) { try ModelReference(parsing: text) }
            #expect(error.code == .invalidRequest && error.field == "model" && error.message.contains(model))
        }
    }

    @Test(arguments: ["org/name", "org/name:Q4_K_M", "gpt2", "hf.company/name", "", "a:b"])
    func `a name is no address`(text: String) throws { #expect(try ModelAddress(parsing: text) == nil) }

    @Test(arguments: [
        "https://example.com/org/name", "https://huggingface.co", "https://huggingface.co/", "https://huggingface.co/datasets/org/name",
        "https://huggingface.co/spaces/org/name", "https://huggingface.co@evil.example/org/name", "https://huggingface.co/../x", "hf.co/a/..",
        "https://huggingface.co//huggingface.co/org/name", "hf.co/hf.co/gpt2", "hf.co/HF.co", "hf.co/hf%2Eco%2Fgpt2",
    ]) func `any other address is refused with a sentence`(text: String) throws {
        let error = try #require(throws: RoostError.self) { try ModelReference(parsing: text) }
        #expect(error.code == .invalidRequest && error.field == "model" && error.message.hasPrefix("`model` must"), "\(error.message)")
    }
}
