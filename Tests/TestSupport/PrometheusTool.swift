import Foundation
import SystemPackage

/// `promtool` of Prometheus (Debian's package `prometheus`), which judges metrics.
public enum PrometheusTool {
    /// Checks the text of a `/metrics` route.
    ///
    /// - Parameter text: The text.
    /// - Returns: What promtool finds wrong; empty when it finds nothing.
    /// - Throws: `MissingPart` when promtool is not installed.
    public static func complaints(about text: String) throws -> String {
        let directory = try TemporaryDirectory()
        let file = try directory.write("metrics.txt", text.utf8)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "promtool check metrics <'\(file.string)' 2>&1"]
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus != 127 else {
            throw TestEnvironment.MissingPart(description: "promtool is missing; install it with scripts/system-packages.")
        }
        return process.terminationStatus == 0 ? said : "exit \(process.terminationStatus): \(said)"
    }
}
