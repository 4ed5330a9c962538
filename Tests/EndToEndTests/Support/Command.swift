import Foundation

/// Short commands of the system.
enum Command {
    /// Runs a command to its end.
    ///
    /// - Returns: What it printed on standard output.
    /// - Throws: `Failed` when it exits with another status than 0.
    static func output(_ words: [String], environment: [String: String]? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        if let environment { process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 } }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(description: "\(words) exited with \(process.terminationStatus): \(complaint)") }
        return text
    }

    struct Failed: Error, CustomStringConvertible { let description: String }
}
