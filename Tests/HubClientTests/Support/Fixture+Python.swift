import Foundation
import HubClient
import HubTestSupport
import SystemPackage

extension Fixture {
    /// Runs a script of Python's that sees this cache and no network.
    ///
    /// - Returns: What it printed.
    func python(_ interpreter: FilePath, _ script: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter.string)
        process.arguments = ["-c", script]
        process.environment = ["HF_HUB_CACHE": cache.root.string, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"]
        let output = cache.root.removingLastComponent().appending("output")
        try leave([], at: output)
        process.standardOutput = FileHandle(forWritingAtPath: output.string)
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return String(decoding: content(output) ?? [], as: UTF8.self)
    }
}
