import Foundation
import RoostCore
import Testing

/// Random sequences of operations, done to the real store and to a model of it.
///
/// `ROOST_TEST_SEED` repeats a run, `ROOST_TEST_SEQUENCES` sets how many sequences there are.
@Suite struct ModelTests {
    @Test func `the store does what the model does, through thousands of random sequences`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["ROOST_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...(.max >> 16))
        let count = environment["ROOST_TEST_SEQUENCES"].flatMap { UInt64($0) } ?? 2000
        print("The job store against its model: \(count) sequences, ROOST_TEST_SEED=\(seed)")
        let failures = try await withThrowingTaskGroup(of: String?.self, returning: [String].self) { group in
            for half in 0..<UInt64(2) {
                group.addTask {
                    try await Self.firstFailure(in: stride(from: half, to: count, by: 2).map { seed &+ $0 }).map {
                        "ROOST_TEST_SEED=\($0.seed) ROOST_TEST_SEQUENCES=1\n\($0.description)"
                    }
                }
            }
            return try await group.reduce(into: []) { if let failure = $1 { $0.append(failure) } }
        }
        for failure in failures { Issue.record("The run began with ROOST_TEST_SEED=\(seed); this one repeats with \(failure)") }
    }

    @Test(arguments: JobStoreModel.PlantedBug.allCases)
    func `a mistake in the model is found, and told in few operations`(plantedBug: JobStoreModel.PlantedBug) async throws {
        let failure = try #require(try await Self.firstFailure(in: (1...500).map { 20_261_123 &+ $0 }, plantedBug: plantedBug))
        #expect(failure.operations.count <= 8, "\(failure.description)")
        #expect(failure.description.contains("operation") || failure.description.contains("at the end"))
    }

    /// A sequence that the store and the model do not agree on.
    struct Failure: Sendable, CustomStringConvertible {
        let seed: UInt64
        let operations: [ModelOperation]
        let difference: String

        var description: String {
            "\(difference)\nThe shortest list of operations that shows it:\n"
                + operations.enumerated().map { "  \($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        }
    }

    private static func firstFailure(in seeds: [UInt64], plantedBug: JobStoreModel.PlantedBug? = nil) async throws -> Failure? {
        let store = try StoreUnderModel()
        for seed in seeds {
            let operations = ModelOperation.sequence(seed: seed)
            guard let difference = try await store.firstDifference(operations, plantedBug: plantedBug) else { continue }
            let (shortest, last) = try await shortened(operations, difference, plantedBug: plantedBug)
            return Failure(seed: seed, operations: shortest, difference: last)
        }
        return nil
    }

    /// Leaves out one operation after another as long as the store and the model still disagree.
    private static func shortened(
        _ operations: [ModelOperation], _ difference: String, plantedBug: JobStoreModel.PlantedBug?
    ) async throws -> ([ModelOperation], String) {
        let store = try StoreUnderModel()
        var (operations, difference) = (operations, difference)
        var isShorter = true
        while isShorter {
            isShorter = false
            for index in operations.indices.reversed() where index < operations.count {
                var fewer = operations
                fewer.remove(at: index)
                guard let still = try await store.firstDifference(fewer, plantedBug: plantedBug) else { continue }
                (operations, difference, isShorter) = (fewer, still, true)
            }
        }
        return (operations, difference)
    }
}
