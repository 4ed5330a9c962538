import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct GroupCommitTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `a change that fails takes none of its neighbours with it`() async throws {
        struct Refusal: Error { let number: Int }
        let changes = 64
        for round in 0..<4 {
            let refused = try await withThrowingTaskGroup(of: Int?.self, returning: Set<Int>.self) { group in
                for number in 0..<changes {
                    group.addTask { [database = store.database] in
                        do {
                            try await database.write { db in
                                try db.execute(
                                    sql: "INSERT INTO jobs (id, model, created_at) VALUES (?, 'a/a', '2026-01-01T00:00:00.000Z')",
                                    arguments: ["\(round)-\(number)"])
                                if number.isMultiple(of: 3) { throw Refusal(number: number) }
                            }
                            return nil
                        } catch let error as RoostError {
                            return (error.cause as? Refusal)?.number
                        }
                    }
                }
                return try await group.reduce(into: []) { if let number = $1 { $0.insert(number) } }
            }
            #expect(refused == Set(stride(from: 0, to: changes, by: 3)))
        }
        let expected = (0..<4).flatMap { round in (0..<changes).filter { !$0.isMultiple(of: 3) }.map { "\(round)-\($0)" } }
        #expect(Set(try await store.database.allJobs().map(\.id)) == Set(expected))
        #expect(try await store.database.allJobs().count == expected.count)
    }

    @Test func `changes that break a rule and changes that keep it are told apart in one batch`() async throws {
        var ids: [String] = []
        for number in 0..<64 { ids.append(try await store.create("org/name-\(number)").id) }
        let outcomes = await withTaskGroup(of: (Int, Bool).self, returning: [Int: Bool].self) { group in
            for (number, id) in ids.enumerated() {
                group.addTask { [database = store.database] in
                    let priority = number.isMultiple(of: 3) ? 1000 : number
                    return (number, (try? await database.prioritizeJob(id: id, priority: priority))?.priority == priority)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, id) in ids.enumerated() {
            #expect(outcomes[number] == !number.isMultiple(of: 3))
            #expect(try store.database.job(id: id)?.priority == (number.isMultiple(of: 3) ? 0 : number))
            #expect(try store.kinds(of: id) == (number.isMultiple(of: 3) || number == 0 ? ["created"] : ["created", "reprioritized"]))
        }
    }

    @Test func `concurrent increments are all counted`() async throws {
        let job = try await store.create()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { [database = store.database] in
                    try await database.changeJob(id: job.id, message: nil) { job, _ in job.retryCount += 1 }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.database.job(id: job.id)?.retryCount == 200)
    }
}
