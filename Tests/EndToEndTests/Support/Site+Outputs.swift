import Foundation
import RoostClient
import SystemPackage
import TestSupport

/// What a command printed, where.
struct Outputs: Sendable {
    let code: Int32
    let standard: String
    let errors: String

    /// The one line of JSON that an error is with `--json`.
    func problem() throws -> [String: Any] { try JSONSerialization.jsonObject(with: Data(errors.utf8)) as? [String: Any] ?? [:] }
}

extension Site {
    /// Runs a command to its end, with both outputs apart.
    ///
    /// - Parameters:
    ///   - arguments: The command line after `roost`.
    ///   - server: The URL of the server; `nil` names none.
    ///   - input: What is piped in.
    ///   - extra: Further variables.
    /// - Returns: What it printed, and its exit code.
    /// - Throws: When it cannot be started.
    func outputs(_ arguments: [String], server: String? = nil, input: String = "", extra: [String: String] = [:]) async throws -> Outputs {
        let name = root.appending("outputs-\(UInt32.random(in: 0 ... .max))").string
        try Data(input.utf8).write(to: URL(fileURLWithPath: name + ".in"))
        let (code, _) = try await run(
            arguments, server: server, extra: extra, wrapper: ["/bin/sh", "-c", "exec \"$@\" <'\(name).in' >'\(name).out' 2>'\(name).err'", "sh"])
        func text(_ end: String) -> String { String(decoding: FileManager.default.contents(atPath: name + end) ?? Data(), as: UTF8.self) }
        return Outputs(code: code, standard: text(".out"), errors: text(".err"))
    }

    /// Runs a command on a terminal of its own.
    ///
    /// - Returns: The lines that it showed.
    /// - Throws: `Command.Failed` when it exits with another status than 0.
    func lines(_ arguments: [String], server: String? = nil, columns: Int) async throws -> [String] {
        let inner = ["/bin/sh", "-c", "stty cols \(columns); exec \"$@\"", "sh"]
        #if os(Linux)
            // `script` takes one text, which a shell reads again: the words reach it as arguments.
            let wrapper = ["/bin/sh", "-c", "exec /usr/bin/script -qec \"$(printf \"'%s' \" \"$@\")\" /dev/null", "sh"] + inner
        #else
            let wrapper = ["/usr/bin/script", "-q", "/dev/null"] + inner
        #endif
        let (code, output) = try await run(arguments, server: server, extra: ["TERM": "xterm"], wrapper: wrapper)
        guard code == 0 else { throw Command.Failed(description: "\(arguments) exited with \(code): \(output)") }
        return output.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func run(_ arguments: [String], server: String?, extra: [String: String], wrapper: [String]) async throws -> (Int32, String) {
        var environment = try environment().merging(extra) { $1 }
        if let server { environment["ROOST_SERVER"] = server }
        let process = try RoostProcess(
            arguments, environment: environment, log: root.appending("command-\(UInt32.random(in: 0 ... .max)).log"), wrapper: wrapper)
        let code = await process.exitCode()
        return (code, process.output)
    }
}
