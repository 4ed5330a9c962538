import ArgumentParser
import Foundation
import RoostClient

/// `roost jobs export`.
struct JobsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print all pulls as JSON, one a line, newest first.",
        discussion: "The output is the same with and without --json. An export that breaks off ends with an error.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = try await options.client()
        // A character may be split between two parts, so only whole lines are decoded.
        var rest = Data()
        try await client.exportJobs { bytes in
            rest += bytes
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
            Terminal.write(String(decoding: rest[...end], as: UTF8.self))
            rest = Data(rest[(end + 1)...])
        }
    }
}
