import Foundation
import SystemPackage
import TestSupport

/// What is done on a terminal: typed, awaited, or its width set.
enum TerminalStep: Encodable {
    case awaiting(String)
    case typing(String, times: Int = 1)
    case columns(Int)
    case signal(Int32)

    private enum CodingKeys: String, CodingKey {
        case awaiting = "await"
        case typing = "send"
        case columns, signal, times
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .awaiting(let text): try container.encode(text, forKey: .awaiting)
        case .typing(let text, let times):
            try container.encode(text, forKey: .typing)
            try container.encode(times, forKey: .times)
        case .columns(let count): try container.encode(count, forKey: .columns)
        case .signal(let number): try container.encode(number, forKey: .signal)
        }
    }
}

extension Site {
    /// Runs a command, or another program, on a terminal of its own and does some steps there.
    ///
    /// - Parameters:
    ///   - arguments: The command line after `roost`.
    ///   - program: Another program to run instead.
    ///   - server: The URL of the server; `nil` names none.
    ///   - extra: Further variables.
    ///   - steps: What is done.
    /// - Returns: The exit code (99 when an awaited text did not come), and all that the terminal showed.
    /// - Throws: When it cannot be started.
    func onTerminal(
        _ arguments: [String] = [], through program: [String] = [], server: String? = nil, extra: [String: String] = [:], _ steps: [TerminalStep]
    ) async throws -> (code: Int32, shown: String) {
        var environment = try environment().merging(["TERM": "xterm"]) { $1 }.merging(extra) { $1 }
        if let server { environment["ROOST_SERVER"] = server }
        let json = String(decoding: try JSONEncoder().encode(steps), as: UTF8.self)
        let script = TestEnvironment.testFile("Python/terminal_session.py")
        let process = try RoostProcess(
            arguments, environment: environment, log: root.appending("terminal-\(UInt32.random(in: 0 ... .max)).log"),
            wrapper: [try TestEnvironment.pythonHub2.string, script.string, json] + program)
        let code = await process.exitCode()
        return (code, process.output)
    }
}
