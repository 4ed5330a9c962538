import Testing

@testable import Engines

@Suite("The engine's last lines")
struct EngineLogTests {
    @Test("A hundred lines are kept, however the bytes are cut, and the guard's line gives the process id")
    func keepsLastLines() {
        let log = EngineLog()
        let text = "roost-engine-guard: pid 4711\n" + (1...250).map { "line \($0)\n" }.joined()
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(start + 7, bytes.count)
            log.append(bytes[start..<end])
            start = end
        }
        #expect(log.processIdentifier == 4711)
        #expect(log.lines == (151...250).map { "line \($0)" })
    }

    @Test("A line without end is cut, not collected")
    func longLine() {
        let log = EngineLog()
        log.append(Array(repeating: UInt8(ascii: "x"), count: 1_000_000))
        log.append([UInt8(ascii: "\n")])
        #expect(log.lines.map(\.utf8.count) == [2000])
    }
}
