import NIOCore
import TestSupport
import Testing

@testable import Engines

/// How much of their begin two prompts have in common.
@Suite struct PromptOutlineTests {
    private func outline(_ text: String) -> PromptOutline { PromptOutline(ByteBuffer(string: text)) }

    @Test func `prompts have whole blocks in common until their first difference`() {
        let block = PromptOutline.blockBytes
        let begin = String(repeating: "a", count: 10 * block)
        #expect(outline(begin + "b").sharedBytes(with: outline(begin + "c")) == 10 * block)
        #expect(outline("x" + begin).sharedBytes(with: outline("y" + begin)) == 0)
        #expect(outline(begin).sharedBytes(with: outline(String(begin.dropLast()))) == 9 * block)
        #expect(outline(begin).sharedBytes(with: outline(begin)) == outline(begin).bytes)
        #expect(outline("").sharedBytes(with: outline(begin)) == 0 && outline("short").bytes == 0)
    }

    @Test func `only the first part of a huge text is regarded`() {
        #expect(outline(String(repeating: "z", count: 4 * PromptOutline.mostBytes)).bytes == PromptOutline.mostBytes)
    }

    @Test func `random prompts have in common what a comparison of their bytes finds`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let length = Int.random(in: 0...3000, using: &generator)
            var one = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
            let other = one
            if let place = one.indices.randomElement(using: &generator) { one[place] = 100 }
            one += (0..<Int.random(in: 0...200, using: &generator)).map { _ in 101 }
            let same = zip(one, other).prefix { $0 == $1 }.count
            let found = PromptOutline(ByteBuffer(bytes: one)).sharedBytes(with: PromptOutline(ByteBuffer(bytes: other)))
            #expect(found == same / PromptOutline.blockBytes * PromptOutline.blockBytes)
        }
    }
}
