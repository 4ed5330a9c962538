import RoostCore
import Testing

@testable import RoostServer

@Suite struct BodyBudgetTests {
    @Test func `large bodies share a budget, small ones need none, and places come back`() throws {
        let budget = BodyBudget.ofRequests(limit: 64 << 20)
        var places = [try budget.place(for: 32 << 20, of: "a"), try budget.place(for: 32 << 20, of: "b")]
        let error = #expect(throws: RoostError.self) { try budget.place(for: 2 << 20, of: "c") }
        #expect(error?.code == .rateLimited && error?.retryAfter == .seconds(1))
        #expect(try budget.place(for: 1 << 20, of: "c") == nil)
        places.removeLast()
        #expect(try budget.place(for: 2 << 20, of: "c") != nil)
        #expect(places.count == 1)
    }

    @Test func `a client leaves a quarter of the budget to others, and a body that is smaller than it might have been gives the rest back`() throws {
        let budget = BodyBudget.ofRequests(limit: 64 << 20)
        let place = try #require(try budget.place(for: 48 << 20, of: "a"))
        #expect(throws: RoostError.self) { try budget.place(for: 2 << 20, of: "a") }
        #expect(try budget.place(for: 16 << 20, of: "b") != nil)
        place.shrink(to: 46 << 20)
        #expect(try budget.place(for: 2 << 20, of: "a") != nil)
        #expect(throws: RoostError.self) { try budget.place(for: 3 << 20, of: "a") }
        place.shrink(to: 200)
        #expect(try budget.place(for: 48 << 20, of: "a") != nil)
        withExtendedLifetime(place) {}
    }

    @Test func `a body that has become longer takes the place of its shorter form`() throws {
        let budget = BodyBudget.ofRequests(limit: 64 << 20)
        let place = try #require(try budget.place(for: 40 << 20, of: "a"))
        let longer = try budget.place(for: 48 << 20, of: "a", insteadOf: place)
        #expect(throws: RoostError.self) { try budget.place(for: 2 << 20, of: "a") }
        #expect(try budget.place(for: 16 << 20, of: "b") != nil)
        withExtendedLifetime((place, longer)) {}
    }

    @Test func `a body beyond the whole budget is read when it is alone`() throws {
        let budget = BodyBudget.ofRequests(limit: 1 << 20)
        let place = try budget.place(for: 5 << 20, of: "a")
        #expect(throws: RoostError.self) { try budget.place(for: 2 << 20, of: "b") }
        withExtendedLifetime(place) {}
    }
}
