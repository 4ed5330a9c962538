import RoostAPI
import RoostCore
import Testing

/// Modelfiles as Ollama's users write them.
struct ModelfileTests {
    private func sentence(_ text: String) -> String {
        do {
            _ = try Modelfile(parsing: text)
            return "nothing"
        } catch { return (error as? RoostError)?.message ?? "\(error)" }
    }

    @Test func allInstructions() throws {
        let file = try Modelfile(
            parsing: """
                # a comment
                FROM smollm2:135m
                from ./mmproj.gguf

                  PARAMETER temperature 0.2
                PARAMETER stop "User: "
                PARAMETER stop </s>
                PARAMETER use_mmap true
                SYSTEM \"""You are brief.

                # and this is text
                \"""
                TEMPLATE "{{ .Prompt }}"
                LICENSE \"""
                long
                \"""
                """)
        #expect(file.sources == ["smollm2:135m", "./mmproj.gguf"])
        #expect(file.preset.system == "You are brief.\n\n# and this is text\n")
        #expect(file.preset.template == "{{ .Prompt }}")
        #expect(file.preset.parameters == ["temperature": .number(0.2), "stop": .texts(["User: ", "</s>"]), "use_mmap": .flag(true)])
        #expect(file.ignored == ["LICENSE"])
    }

    @Test func lineEndsOfWindows() throws {
        let file = try Modelfile(parsing: "FROM a/b\r\nSYSTEM Be brief.\r\n")
        #expect(file.sources == ["a/b"] && file.preset.system == "Be brief.")
    }

    @Test(arguments: [
        ("", "no FROM"), ("SYSTEM hello", "no FROM"), ("FROM", "Line 1 of the Modelfile: The instruction has no value"),
        ("FROM a\n\nADAPTER ./x", "Line 3 of the Modelfile: ADAPTER"), ("FROM a\nMESSAGE user hi", "MESSAGE is not supported"),
        ("FROM a\nSYSTEM \"\"\"never\nending\"\"", "Line 2 of the Modelfile: The quotes"), ("FROM a\nHELLO b", "\"HELLO\" is no instruction"),
        ("FROM a\nPARAMETER top_k", "Line 2 of the Modelfile: The instruction has no value"),
        (String(repeating: "#\n", count: 1 << 20), "larger than"),
    ])
    func mistakes(_ text: String, _ expected: String) {
        #expect(sentence(text).contains(expected), "\(sentence(text))")
    }

    @Test func aLongPromptTakesLittleTime() throws {
        let lines = String(repeating: "a line of a prompt\n", count: 50_000)
        #expect(try Modelfile(parsing: "FROM a\nSYSTEM \"\"\"\(lines)\"\"\"").preset.system == lines)
    }
}
