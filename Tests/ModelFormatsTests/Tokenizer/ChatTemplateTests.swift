import RoostCore
import Testing

@testable import ModelFormats

@Suite struct ChatTemplateTests {
    private static let names = "additional_chat_templates"

    @Test func `the settings come first, then the file, then the JSON file`() throws {
        let folder = try TokenizerFolder()
        #expect(try folder.read()["chat_template"] == nil)
        try folder.write("chat_template.json", #"{"chat_template": "json"}"#)
        #expect(try folder.read()["chat_template"] == .string("json"))
        try folder.write("chat_template.jinja", "file\n")
        #expect(try folder.read()["chat_template"] == .string("file\n"))
        try folder.write("tokenizer_config.json", #"{"chat_template": "settings"}"#)
        #expect(try folder.read()["chat_template"] == .string("settings") && folder.read()["chat_templates"] == nil)
        try folder.write("tokenizer_config.json", #"{"chat_template": null}"#)
        #expect(try folder.read()["chat_template"] == .string("file\n"))
    }

    @Test func `templates with names have keys of their own`() throws {
        let folder = try TokenizerFolder()
        try folder.write(
            "tokenizer_config.json",
            #"""
            {"chat_template": [{"name": "tool use", "template": "t"}, {"name": "default", "template": "d"}, {"name": "rag", "template": "r"},
            {"name": "none"}, {"template": "x"}, {"name": "", "template": "y"}, {"name": "leer", "template": ""}]}
            """#)
        let tokenizer = try folder.read()
        #expect(
            tokenizer.keyValues.suffix(4) == [
                GGUFKeyValue("tokenizer.chat_template.tool_use", .string("t")), GGUFKeyValue("tokenizer.chat_template.rag", .string("r")),
                GGUFKeyValue("tokenizer.chat_templates", .array(.string(["tool_use", "rag"]))), GGUFKeyValue("tokenizer.chat_template", .string("d")),
            ])
    }

    @Test func `a folder of templates stands beside the file`() throws {
        let folder = try TokenizerFolder()
        try folder.write("\(Self.names)/b.jinja", "b")
        #expect(try folder.read()["chat_templates"] == nil)
        try folder.write("chat_template.jinja", "d")
        try folder.write("\(Self.names)/a-é.jinja", "a")
        try folder.write("\(Self.names)/README.md", "x")
        let tokenizer = try folder.read()
        #expect(tokenizer["chat_templates"] == .array(.string(["a__", "b"])) && tokenizer["chat_template.a__"] == .string("a"))
        #expect(tokenizer["chat_template"] == .string("d"))
    }

    @Test func `what is no template is ignored and told, what is no text is refused`() throws {
        let folder = try TokenizerFolder()
        try folder.write("tokenizer_config.json", #"{"chat_template": 1}"#)
        #expect(try folder.read().notes.contains { $0.contains("chat template") })
        try folder.write("tokenizer_config.json", "{}")
        try folder.write("chat_template.jinja", bytes: [0xFF])
        #expect(throws: RoostError.self) { try folder.read() }
    }
}
