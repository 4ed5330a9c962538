import RoostCore
import Testing

@testable import RoostServer

@Suite struct BodyBudgetTests {
    @Test func `large bodies share a budget, small ones need none, and places come back`() throws {
        let budget = BodyBudget(limit: 64 << 20)
        var places = [try budget.place(for: 32 << 20), try budget.place(for: 32 << 20)]
        let error = #expect(throws: RoostError.self) { try budget.place(for: 2 << 20) }
        #expect(error?.code == .rateLimited && error?.retryAfter == .seconds(1))
        #expect(try budget.place(for: 1 << 20) == nil)
        places.removeLast()
        #expect(try budget.place(for: 2 << 20) != nil)
        #expect(places.count == 1)
    }

    @Test func `a body beyond the whole budget is read when it is alone`() throws {
        let budget = BodyBudget(limit: 1 << 20)
        let place = try budget.place(for: 5 << 20)
        #expect(throws: RoostError.self) { try budget.place(for: 2 << 20) }
        withExtendedLifetime(place) {}
    }
}
