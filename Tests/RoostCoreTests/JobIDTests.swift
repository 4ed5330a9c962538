import RoostCore
import Testing

@Suite struct JobIDTests {
    @Test(arguments: ["0198c5a0-0000-7000-8000-000000000000", "theirs", "JOB-7", "a b", "über/ø", " ", String(repeating: "x", count: 256)])
    func `any text of up to 256 bytes is an id`(text: String) throws { #expect(try JobID(parsing: text).description == text) }

    @Test(arguments: ["", "a\u{0}", "\u{0}", "a\u{0}b", "a\nb", "\u{1B}[2J", "a\u{7F}", "a\u{85}b", String(repeating: "x", count: 257)])
    func `what a terminal or SQLite would read otherwise is none`(text: String) {
        let error = #expect(throws: RoostError.self) { try JobID(parsing: text) }
        #expect(error?.code == .invalidRequest && error?.field == "id")
        #expect(error?.message.utf8.count ?? 0 < 300)
    }
}
