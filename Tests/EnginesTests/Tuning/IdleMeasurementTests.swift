import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// When the speed of an engine is measured, with a real engine.
@Suite(.serialized) struct IdleMeasurementTests {
    @Test func `a request need not wait for the measurement, which follows when the engine has none`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("engine-speeds.json")
        try await withSupervisor(measuresSpeed: true) {
            $0.speedsFile = file
        } _: { supervisor in
            let entry = try sample()
            try await supervisor.withEngine(for: entry) { connection in
                let answer = try await connection.say()
                #expect(!answer.isEmpty)
                // It holds the engine.
                #expect(!FileManager.default.fileExists(atPath: file.string))
            }
            for _ in 0..<60_000 where !FileManager.default.fileExists(atPath: file.string) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(FileManager.default.fileExists(atPath: file.string))
            // Also when it was started again with another number of tokens per step.
            let answer = try await supervisor.withEngine(for: entry) { try await $0.say() }
            #expect(!answer.isEmpty)
            #expect(await supervisor.loadedModels().allSatisfy { $0.restarts == 0 && $0.lastError == nil })
        }
    }
}
