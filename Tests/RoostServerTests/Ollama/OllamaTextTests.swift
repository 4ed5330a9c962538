import Engines
import Foundation
import ModelFormats
import NIOCore
import RoostCore
import Testing

@testable import RoostServer

/// Prompts that the model's chat template does not see.
@Suite struct OllamaTextTests {
    private func ask(_ more: String) throws -> OllamaAsk {
        try OllamaAsk(generate: RequestFields(body: ByteBuffer(string: #"{"model":"a/b"\#(more)}"#)))
    }

    private func body(_ request: EngineRequest) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(request.body.readableBytesView)) as? [String: Any] ?? [:]
    }

    @Test func `a raw prompt reaches the engine as it is, without a limit of its own`() throws {
        let ask = try ask(
            #","prompt":"Once \"upon","raw":true,"options":{"top_k":3,"num_ctx":512},"logprobs":true,"top_logprobs":2,"format":{"type":"object"}"#)
        let body = try body(ask.request)
        #expect(
            body["prompt"] as? String == "Once \"upon" && body["messages"] == nil && body["n_predict"] as? Int == -1 && body["top_k"] as? Int == 3)
        #expect(body["stream"] as? Bool == true && body["n_probs"] as? Int == 2 && body["json_schema"] is [String: Any])
        #expect(ask.form == .generate(nil) && !ask.isEmpty && ask.request.options.context?.tokens == 512)
    }

    @Test func `a template of texts and simple actions makes the prompt, and others are refused`() throws {
        let template = "{{ if .System }}<s>{{ .System }}</s>{{ else }}none{{ end }}\\n{{- /**/ }}"
        #expect(OllamaTemplate(template) == nil)
        let simple = try #require(
            OllamaTemplate("{{ if .System }}[{{ .System }}]{{ else }}none{{ end }}\n  {{- .Prompt -}}  \nA: {{ .Response }}<end>"))
        #expect(
            simple.prompt(system: "S", prompt: "P", mostBytes: 7) == "[S]PA: " && simple.prompt(system: "", prompt: "P", mostBytes: 8) == "nonePA: ")
        #expect(simple.prompt(system: "S", prompt: "P", mostBytes: 6) == nil)
        // Not a terabyte.
        let many = try #require(OllamaTemplate(String(repeating: "{{.Prompt}}", count: 100_000)))
        #expect(many.prompt(system: "", prompt: String(repeating: "x", count: 1 << 20), mostBytes: 16 << 20) == nil)
        for text in ["{{ range .Messages }}x{{ end }}", "{{ if .Prompt }}x", "{{ end }}", "{{ else }}", "{{ .Messages }}", "{{ .Prompt | html }}"] {
            #expect(OllamaTemplate(text) == nil, "\(text)")
        }
        let body = try body(ask(#","prompt":"P","system":"S","template":"{{ .System }}|{{ .Prompt }}""#).request)
        #expect(body["prompt"] as? String == "S|P")
        for (more, field) in [
            (#","template":"{{ range .Messages }}""#, "template"), (#","raw":true,"context":[1]"#, "context"),
            (#","raw":true,"images":["x"]"#, "images"), (#","raw":1"#, "raw"),
        ] {
            let error = #expect(throws: RoostError.self) { _ = try ask(more) }
            #expect(error?.code == .invalidRequest && error?.field == field)
        }
    }

    @Test func `a gap is filled in with the tokens of the vocabulary, by its keys or by known names`() throws {
        func metadata(_ tokens: [String], _ ids: [(String, Int)] = []) -> GGUFMetadata {
            GGUFMetadata(
                [GGUFKeyValue("tokenizer.ggml.tokens", .array(.string(tokens.map { ByteText($0) })))]
                    + ids.map { GGUFKeyValue("tokenizer.ggml.\($0)_token_id", .uint32(UInt32($1))) })
        }
        let known = try #require(OllamaInfill(metadata(["a", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_prefix|>"])))
        #expect(known.prompt(before: "x", after: "y") == "<|fim_prefix|>x<|fim_suffix|>y<|fim_middle|>")
        let named = try #require(OllamaInfill(metadata(["P", "S", "M"], [("fim_pre", 0), ("fim_suf", 1), ("fim_mid", 2)])))
        #expect(named.prompt(before: "x", after: "y") == "PxSyM")
        #expect(
            OllamaInfill(metadata(["a", "<|fim_middle|>"])) == nil
                && OllamaInfill(metadata(["P"], [("fim_pre", 0), ("fim_suf", 9), ("fim_mid", 9)])) == nil)
    }

    @Test func `the engine's answer to a text is read like that of a chat`() throws {
        var reader = ChatReader()
        let events = [
            "{\"choices\":[{\"text\":\" upon\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]}",
            "{\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"length\"}]}", "[DONE]",
        ]
        let pieces = try reader.read(ByteBuffer(string: events.map { "data: \($0)\n\n" }.joined()))
        #expect(try pieces == [.text(" upon")] && reader.finish() == .length)
    }
}
