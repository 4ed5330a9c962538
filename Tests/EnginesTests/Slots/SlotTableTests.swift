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

    @Test func `a conversation returns to its slot, and a new one gets the slot that was not used for the longest time`() {
        var table = SlotTable(slots: 2)
        let talk = system + "One"
        #expect(table.place(1, prompt(talk))?.slot == 0)
        table.end(1, at: .seconds(1))
        #expect(table.place(2, prompt("Something else entirely, " + talk))?.slot == 1)
        table.end(2, at: .seconds(2))
        let again = table.place(3, prompt(talk + String(repeating: "and its answer", count: 100)))
        #expect(again?.slot == 0 && (again?.newBytes ?? .max) < 2000)
        table.end(3, at: .seconds(3))
        #expect(table.place(4, prompt("New: " + talk))?.slot == 1)
    }

    @Test func `running requests have different slots`() {
        var table = SlotTable(slots: 3)
        let places = (0..<3).map { table.place($0, prompt(system)) }
        #expect(Set(places.compactMap { $0?.slot }) == [0, 1, 2])
    }

    @Test func `no slot is chosen while the engine uses slots of its own choice`() {
        var table = SlotTable(slots: 3)
        #expect(table.place(1, nil) == nil)
        #expect(table.place(2, prompt(system)) == nil)
        table.end(1, at: .zero)
        #expect(table.place(3, prompt(system)) == nil)
        table.end(2, at: .zero)
        table.end(3, at: .zero)
        #expect(table.place(4, prompt(system)) != nil)
    }

    @Test func `who begins like a prompt that is being read waits for it, until it was read or its request has ended`() {
        var table = SlotTable(slots: 4, stored: [])
        _ = table.place(1, prompt(system + "one"))
        #expect(!table.isHeld(prompt("Another begin. " + system)) && !table.isWanted(1))
        #expect(table.isHeld(prompt(system + "two")) && table.isWanted(1))
        table.hasRead(1)
        #expect(!table.isHeld(prompt(system + "two")) && !table.isWanted(1))
        _ = table.place(2, prompt("x" + system + "one"))
        #expect(table.isHeld(prompt("x" + system + "two")))
        table.end(2, at: .zero)
        #expect(!table.isHeld(prompt("x" + system + "two")))
    }

    @Test func `none waits for a prompt that a slot or a file has already, or when nothing can be copied`() {
        var table = SlotTable(slots: 4, stored: [stored(system)])
        _ = table.place(1, prompt(system + "one"))
        #expect(!table.isHeld(prompt(system + "two")))
        var withoutCopies = SlotTable(slots: 4)
        _ = withoutCopies.place(1, prompt(system + "one"))
        #expect(!withoutCopies.isHeld(prompt(system + "two")))
        var single = SlotTable(slots: 1, stored: [])
        _ = single.place(1, prompt(system + "one"))
        #expect(!single.isHeld(prompt(system + "two")))
    }

    @Test func `a stored prompt is used when no slot is nearly as good`() {
        var table = SlotTable(slots: 2, stored: [stored("y" + system, "y.prompt"), stored(system, "a.prompt")])
        let first = table.place(1, prompt(system + "one"))
        #expect(first?.restored?.file == "a.prompt" && (first?.newBytes ?? .max) < SlotTable.init(slots: 1).leastShared)
        #expect(!table.isReading(1))
        table.end(1, at: .seconds(1))
        #expect(table.place(2, prompt(system + "two")).map { $0.restored == nil && $0.slot == first?.slot } == true)
    }

    @Test func `files that do not help are forgotten, and after a few of them none is used`() {
        var table = SlotTable(slots: 2, stored: (0..<4).map { stored("\($0)" + system, "\($0).prompt") })
        for index in 0..<3 {
            #expect(table.canCopy)
            table.drop(stored("\(index)" + system, "\(index).prompt"), isUseless: true)
        }
        #expect(!table.canCopy && table.stored.map(\.file) == ["3.prompt"])
        #expect(table.place(1, prompt("3" + system))?.restored == nil)
    }

    @Test func `idle prompts that are long enough are worth storing, the last used first`() {
        var table = SlotTable(slots: 4, stored: [])
        for (id, text) in [system, "z" + system, "short", "busy " + system].enumerated() { _ = table.place(id, prompt(text)) }
        for id in 0..<3 { table.end(id, at: .seconds(id)) }
        #expect(table.idlePrompts.map(\.slot) == [1, 0])
    }
}
