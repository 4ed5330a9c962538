import JobStore
import Testing

@Suite struct JobCursorTests {
    @Test(arguments: 1...64) func `a place of any length survives its way through a URL`(length: Int) {
        let cursor = JobCursor(bytes: (0..<length).map { UInt8(truncatingIfNeeded: 251 &+ $0 &* 37) })
        let text = cursor.description
        #expect(JobCursor(parsing: text) == cursor)
        #expect(text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 95 })
    }

    @Test(arguments: ["", "x", "%%%", "MQ==", "////", "++++", String(repeating: "MSAy", count: 129), "\u{0}", "🦉"])
    func `a text that no cursor has is refused`(text: String) { #expect(JobCursor(parsing: text) == nil) }
}
