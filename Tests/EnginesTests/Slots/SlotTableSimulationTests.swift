import NIOCore
import TestSupport
import Testing

@testable import Engines

/// The choice of slots under random requests.
@Suite struct SlotTableSimulationTests {
    /// A fault, to show that each rule is checked.
    enum Fault: CaseIterable {
        /// A request gets the slot of another one.
        case sharedSlot
        /// It is forgotten that a prompt was read.
        case neverRead
        /// A request is held although none reads its begin.
        case heldWithoutReason
        /// A request is held although little of what is read is of use to it.
        case heldForLong
        /// A stored prompt is used that has nothing in common with the request.
        case wrongFile
    }

    /// A random pattern of requests, and what must hold at each moment.
    private struct Simulation {
        private(set) var violations: [String] = []
        private var table: SlotTable
        private let slots: Int
        private let fault: Fault?
        private var generator: SeededGenerator
        private var running: [Int: (prompt: PromptOutline, place: SlotTable.Place?, isReading: Bool)] = [:]
        private var nextID = 0
        private static let prompts = ["a", "b", "c"].flatMap { begin in
            [("", 0), ("x", 2000), ("y", 2000), ("z", 9000)].map { end, count in
                PromptOutline(ByteBuffer(string: String(repeating: begin, count: 3000) + String(repeating: end, count: count)))
            }
        }

        init(seed: UInt64, fault: Fault?) {
            generator = SeededGenerator(seed: seed)
            self.fault = fault
            slots = Int.random(in: 1...4, using: &generator)
            table = SlotTable(slots: slots, stored: [])
        }

        mutating func run(steps: Int) {
            for step in 0..<steps {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0..<3: arrive()
                case 3: readNext()
                case 4: endNext(at: .seconds(step))
                default: store(step)
                }
            }
            while !running.isEmpty { endNext(at: .seconds(steps)) }
            for prompt in Self.prompts where table.isHeld(prompt) || fault == .heldWithoutReason { violations.append("held by none") }
        }

        private mutating func arrive() {
            guard running.count < slots, let prompt = Self.prompts.randomElement(using: &generator) else { return }
            let isKnown = Int.random(in: 0..<8, using: &generator) > 0
            let readers = running.values.filter { $0.isReading && $0.prompt.sharedBytes(with: prompt) >= table.leastShared }
            if isKnown, table.isHeld(prompt) || fault == .heldForLong && !readers.isEmpty {
                if readers.isEmpty { violations.append("held although none reads its begin") }
                let isWorthIt = readers.contains { ($0.place?.newBytes ?? 0) <= 2 * $0.prompt.sharedBytes(with: prompt) }
                if !isWorthIt { violations.append("held for a prompt that has little in common with it") }
                return
            }
            nextID += 1
            let place = table.place(fault == .sharedSlot ? nextID + 1000 : nextID, isKnown ? prompt : nil)
            if fault == .sharedSlot { table.end(nextID + 1000, at: .zero) }
            if let place { check(place, prompt) }
            running[nextID] = (prompt, place, table.isReading(nextID))
        }

        private mutating func check(_ place: SlotTable.Place, _ prompt: PromptOutline) {
            if running.values.contains(where: { $0.place?.slot == place.slot }) { violations.append("slot \(place.slot) is used twice") }
            if running.values.contains(where: { $0.place == nil }) { violations.append("a slot was chosen beside one of the engine's choice") }
            let restored = fault == .wrongFile ? StoredPrompt(prompt: Self.prompts[0], tokens: 1, file: "x", bytes: 1) : place.restored
            if let restored, restored.prompt.sharedBytes(with: prompt) < table.leastShared { violations.append("the file does not help") }
        }

        private mutating func readNext() {
            guard let id = running.filter({ $0.value.isReading }).keys.sorted().randomElement(using: &generator) else { return }
            if fault != .neverRead { table.hasRead(id) }
            running[id]?.isReading = false
        }

        private mutating func endNext(at now: Duration) {
            guard let id = running.keys.sorted().randomElement(using: &generator) else { return }
            table.end(id, at: now)
            running[id] = nil
        }

        private mutating func store(_ step: Int) {
            guard let prompt = Self.prompts.randomElement(using: &generator) else { return }
            table.store(StoredPrompt(prompt: prompt, tokens: 100, file: "\(step)", bytes: 1))
            if let one = table.stored.randomElement(using: &generator), Bool.random(using: &generator) { table.drop(one, isUseless: false) }
        }
    }

    @Test func `10,000 random patterns break no rule`() {
        let first = UInt64.random(in: 1...(1 << 40))
        print("slots: 10,000 patterns from seed \(first)")
        var broken: [String] = []
        for seed in first..<first + 10_000 where broken.count < 5 {
            var simulation = Simulation(seed: seed, fault: nil)
            simulation.run(steps: 40)
            if let violation = simulation.violations.first { broken.append("seed \(seed): \(violation)") }
        }
        #expect(broken.isEmpty)
    }

    @Test(arguments: Fault.allCases) func `each broken rule is noticed`(fault: Fault) {
        let noticed = (1...UInt64(200)).contains { seed in
            var simulation = Simulation(seed: seed, fault: fault)
            simulation.run(steps: 40)
            return !simulation.violations.isEmpty
        }
        #expect(noticed)
    }
}
