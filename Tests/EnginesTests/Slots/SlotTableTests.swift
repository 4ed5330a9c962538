import NIOCore
import Testing

@testable import Engines

/// The choice of the slot for each request.
@Suite struct SlotTableTests {
    private let system = String(repeating: "You are a helpful assistant. ", count: 200)

    private func prompt(_ text: String) -> PromptOutline { PromptOutline(ByteBuffer(string: text)) }

    private func stored(_ text: String, _ file: String = "a.prompt") -> StoredPrompt {
        StoredPrompt(prompt: prompt(text), tokens: text.utf8.count / 4, file: file, bytes: 1)
    }

    /// Places a request. A mutating call cannot stand in an expectation.
    private func place(_ id: Int, _ text: String?, in table: inout SlotTable) -> SlotTable.Place? { table.place(id, text.map(prompt)) }

    private func isHeld(_ text: String, in table: inout SlotTable) -> Bool { table.isHeld(prompt(text)) }

    @Test func `a conversation returns to its slot, and a new one gets the slot that was not used for the longest time`() {
        var table = SlotTable(slots: 2)
        let talk = system + "One"
        let first = place(1, talk, in: &table)
        table.end(1, at: .seconds(1))
        let second = place(2, "Something else entirely, " + talk, in: &table)
        table.end(2, at: .seconds(2))
        let again = place(3, talk + String(repeating: "and its answer", count: 100), in: &table)
        table.end(3, at: .seconds(3))
        let new = place(4, "New: " + talk, in: &table)
        #expect(first?.slot == 0 && second?.slot == 1 && again?.slot == 0 && new?.slot == 1)
        #expect(again.map { $0.newBytes < 2000 } == true)
    }

    @Test func `running requests have different slots`() {
        var table = SlotTable(slots: 3)
        let places = (0..<3).map { table.place($0, prompt(system)) }
        #expect(Set(places.compactMap { $0?.slot }) == [0, 1, 2])
    }

    @Test func `no slot is chosen while the engine uses slots of its own choice`() {
        var table = SlotTable(slots: 3)
        let (first, second) = (place(1, nil, in: &table), place(2, system, in: &table))
        table.end(1, at: .zero)
        let third = place(3, system, in: &table)
        table.end(2, at: .zero)
        table.end(3, at: .zero)
        let fourth = place(4, system, in: &table)
        #expect(first == nil && second == nil && third == nil && fourth != nil)
    }

    @Test func `who begins like a prompt that is being read waits for it, until it was read or its request has ended`() {
        var table = SlotTable(slots: 4, stored: [])
        _ = place(1, system + "one", in: &table)
        let isOtherHeld = isHeld("Another begin. " + system, in: &table)
        #expect(!isOtherHeld && !table.isWanted(1))
        let isAlikeHeld = isHeld(system + "two", in: &table)
        #expect(isAlikeHeld && table.isWanted(1))
        table.hasRead(1)
        let isHeldAfterwards = isHeld(system + "two", in: &table)
        #expect(!isHeldAfterwards && !table.isWanted(1))
        _ = place(2, "x" + system + "one", in: &table)
        let isNextHeld = isHeld("x" + system + "two", in: &table)
        table.end(2, at: .zero)
        let isHeldAtLast = isHeld("x" + system + "two", in: &table)
        #expect(isNextHeld && !isHeldAtLast)
    }

    @Test func `a short request does not wait for a long prompt that only begins like it`() {
        let long = String(repeating: "The report says a lot. ", count: 1000)
        var table = SlotTable(slots: 4, stored: [])
        _ = place(1, system + long, in: &table)
        let isShortHeld = isHeld(system + "one line", in: &table)
        #expect(!isShortHeld && !table.isWanted(1))
        let isLongHeld = isHeld(system + long + "and a question", in: &table)
        #expect(isLongHeld && table.isWanted(1))
    }

    @Test func `none waits for a prompt that a slot or a file has already, or when nothing can be copied`() {
        for (slots, files) in [(4, [stored(system)]), (4, nil), (1, [])] as [(Int, [StoredPrompt]?)] {
            var table = SlotTable(slots: slots, stored: files)
            _ = place(1, system + "one", in: &table)
            let isAlikeHeld = isHeld(system + "two", in: &table)
            #expect(!isAlikeHeld)
        }
    }

    @Test func `a stored prompt is used when no slot is nearly as good`() {
        var table = SlotTable(slots: 2, stored: [stored("y" + system, "y.prompt"), stored(system, "a.prompt")])
        let first = place(1, system + "one", in: &table)
        #expect(first?.restored?.file == "a.prompt" && first.map { $0.newBytes < table.leastShared } == true && !table.isReading(1))
        table.end(1, at: .seconds(1))
        let second = place(2, system + "two", in: &table)
        #expect(second?.restored == nil && second?.slot == first?.slot)
    }

    @Test func `files that do not help are forgotten, and after a few of them none is used`() {
        var table = SlotTable(slots: 2, stored: (0..<4).map { stored("\($0)" + system, "\($0).prompt") })
        for index in 0..<3 {
            #expect(table.canCopy)
            table.drop(stored("\(index)" + system, "\(index).prompt"), isUseless: true)
        }
        #expect(!table.canCopy && table.stored.map(\.file) == ["3.prompt"])
        let last = place(1, "3" + system, in: &table)
        #expect(last != nil && last?.restored == nil)
    }

    @Test func `idle prompts that are long enough are worth storing, the last used first`() {
        var table = SlotTable(slots: 4, stored: [])
        for (id, text) in [system, "z" + system, "short", "busy " + system].enumerated() { _ = place(id, text, in: &table) }
        for id in 0..<3 { table.end(id, at: .seconds(id)) }
        #expect(table.idlePrompts.map(\.slot) == [1, 0])
    }
}
