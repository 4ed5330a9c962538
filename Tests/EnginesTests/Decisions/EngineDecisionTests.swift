import Foundation
import ModelLibrary
import RoostCore
import Synchronization
import Testing

@testable import Engines

/// With the real `llama-server`.
@Suite(.serialized, .timeLimit(.minutes(15))) struct EngineDecisionTests {
    @Test func `only the last decisions are kept`() throws {
        let model = try ModelReference(parsing: "a/b")
        var decisions = RecentDecisions()
        for number in 0..<1000 {
            decisions.add(
                EngineDecision(date: .distantPast, model: model, kind: .load, reason: "", other: nil, figures: ["number": Double(number)]))
        }
        #expect(decisions.all.count == RecentDecisions.most && decisions.all.first?.figures == ["number": Double(1000 - RecentDecisions.most)])
        #expect(decisions.all.last?.figures == ["number": 999])
    }

    @Test func `loads, an eviction, an end and a refusal are kept with their figures, the newest first`() async throws {
        let (one, two, large) = (try sample("sample/one"), try sample("sample/two"), try sample("sample/large"))
        try await withSupervisor {
            $0.maxModels = 1
            $0.availableMemory = { 8 << 30 }
            $0.examine = { entry in
                var facts = ModelFacts()
                if entry.reference == large.reference { facts.weightBytes = 20 << 30 }
                return facts
            }
        } _: { supervisor in
            for entry in [one, two] { _ = try await supervisor.load(entry) }
            let error = try await roostError { try await supervisor.load(large) }
            #expect(error.code == .insufficientMemory)
            await supervisor.unload(two.reference)
            let decisions = await supervisor.recentDecisions()
            #expect(decisions.map(\.kind) == [.end, .refusal, .ready, .load, .eviction, .ready, .load])
            #expect(
                decisions.map(\.model) == [two, large, two, two, one, one, one].map(\.reference)
                    && decisions.map(\.other) == [nil, nil, nil, nil, two.reference, nil, nil])
            #expect(decisions[0].reason == "unload was requested" && decisions[1].figures["available_bytes"] ?? 0 >= Double(8 << 30))
            #expect(decisions[1].figures["need_bytes"] ?? 0 > Double(20 << 30) && decisions[2].figures["load_seconds"] ?? 0 > 0)
            #expect(decisions[4].figures.keys.sorted() == ["idle_seconds", "load_seconds", "need_bytes"])
            #expect(decisions[6].figures["context"] == 1024)
            #expect(zip(decisions, decisions.dropFirst()).allSatisfy { $0.date >= $1.date })
        }
    }
}
