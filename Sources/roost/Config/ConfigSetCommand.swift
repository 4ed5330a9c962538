import ArgumentParser
import DurableFiles
import Foundation
import RoostCore
import RoostServer
import SystemPackage

/// `roost config set`.
struct ConfigSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a value in config.json, for the next start of the server.",
        discussion: """
            The value is checked as at the start of the server, together with the others in the file. A new file is readable for this user only; one that exists keeps its \
            permissions and its other values. A secret is read from standard input, so that it is not in the arguments, which all users of a machine can read.
            """)

    @Argument(help: "KEY VALUE, or several KEY=VALUE, which are set together; KEY alone for a secret and with --unset.", completion: .settings)
    var settings: [String]
    @Flag(help: "Remove the values, so that the defaults count.")
    var unset = false
    @OptionGroup var options: ConfigOptions

    func run() async throws {
        let environment = options.environment
        let changes = try self.changes()
        var file = try await options.file()
        try file.set(changes, environment: environment)
        let folder = file.path.removingLastComponent()
        if !FileManager.default.fileExists(atPath: folder.string) { try FileSystem.makePrivateFolder(folder) }
        try PrivateFile.write(Array(file.text.utf8), to: file.path)
        if options.json { return try JSONOutput.print(Result(keys: changes.map(\.key), file: file.path.string)) }
        for (key, text) in changes {
            let value = text.map { Self.isSecret(key) ? "set" : $0 }
            Terminal.print(value.map { "\(key) is \($0) in \(file.path)." } ?? "\(key) is not in \(file.path) any more; its default counts.")
            let variable = Setting.all.first { $0.key == key }?.variable
            if let variable, environment[variable]?.isEmpty == false {
                Terminal.printError("\(variable) is set in this environment and comes before the file.")
            }
        }
        Terminal.printError("A server that runs has the values of its start; restart it.")
    }

    private static func isSecret(_ key: String) -> Bool { Setting.all.first { $0.key == key }?.isSecret ?? false }

    /// The changes that the arguments name.
    private func changes() throws -> [(key: String, text: String?)] {
        if unset {
            guard !settings.contains(where: { $0.contains("=") }) else { throw ValidationError("--unset takes keys without values.") }
            return settings.map { ($0, nil) }
        }
        let pairs = settings.compactMap(Self.pair)
        let isPairs = !pairs.isEmpty && pairs.count == settings.count
        if isPairs || settings.count == 2 {
            let changes = isPairs ? pairs : [(settings[0], settings[1])]
            if let secret = changes.first(where: { Self.isSecret($0.0) })?.0 {
                throw ValidationError("\(secret) is a secret: give it on standard input, as in `openssl rand -hex 32 | roost config set \(secret)`.")
            }
            return changes.map { ($0.0, $0.1) }
        }
        guard settings.count == 1 else { throw ValidationError("Write KEY VALUE, or several KEY=VALUE.") }
        guard Self.isSecret(settings[0]) else {
            guard Setting.all.contains(where: { $0.key == settings[0] }) else { throw Setting.unknown(settings[0]) }
            throw ValidationError("There is no value: write it after \(settings[0]), or remove the setting with --unset.")
        }
        return [(settings[0], try StandardInput.secret(settings[0]))]
    }

    /// Splits `KEY=VALUE` whose key is a setting, so that a value may contain `=` too.
    private static func pair(_ text: String) -> (String, String)? {
        guard let mark = text.firstIndex(of: "="), mark != text.startIndex else { return nil }
        return (String(text[..<mark]), String(text[text.index(after: mark)...]))
    }

    private struct Result: Encodable {
        let keys: [String]
        let file: String
    }
}
