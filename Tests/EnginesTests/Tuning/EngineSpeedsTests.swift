import Foundation
import Logging
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// The record of measured speeds.
@Suite struct EngineSpeedsTests {
    private func key(_ model: String, engineBuilt: Int64 = 1, threads: Int = 2) -> EngineSpeeds.Key {
        EngineSpeeds.Key(model: model, size: 1, engine: "/bin/llama-server", engineBuilt: engineBuilt, threads: threads, processors: 2)
    }

    @Test func `a speed is found again after a restart, for the same model, engine and machine only`() async throws {
        try await withTemporaryDirectory { root in
            let file = root.appending("home/engine-speeds.json")
            EngineSpeeds(file: file, logger: .silent).remember(260, of: key("a"))
            let later = EngineSpeeds(file: file, logger: .silent)
            #expect(later.promptSpeed(of: key("a")) == 260)
            for other in [key("b"), key("a", engineBuilt: 2), key("a", threads: 1)] { #expect(later.promptSpeed(of: other) == nil) }
            later.remember(100, of: key("a"))
            #expect(later.promptSpeed(of: key("a")) == 100)
        }
    }

    @Test(arguments: ["", "{", "[1]", #"[{"key":{},"promptSpeed":1}]"#]) func `a damaged file is replaced`(content: String) async throws {
        try await withTemporaryDirectory { root in
            let file = root.appending("engine-speeds.json")
            try Data(content.utf8).write(to: URL(fileURLWithPath: file.string))
            let speeds = EngineSpeeds(file: file, logger: .silent)
            #expect(speeds.promptSpeed(of: key("a")) == nil)
            speeds.remember(5, of: key("a"))
            #expect(EngineSpeeds(file: file, logger: .silent).promptSpeed(of: key("a")) == 5)
        }
    }

    @Test func `the record is bounded, and the oldest speeds go first`() async throws {
        try await withTemporaryDirectory { root in
            let speeds = EngineSpeeds(file: root.appending("engine-speeds.json"), logger: .silent)
            for index in 0..<300 { speeds.remember(Double(index + 1), of: key("\(index)")) }
            #expect(speeds.promptSpeed(of: key("43")) == nil && speeds.promptSpeed(of: key("44")) == 45)
        }
    }
}
