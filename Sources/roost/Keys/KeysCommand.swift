package import Access
package import ArgumentParser
import Foundation
import ModelLibrary
import RoostCore
import RoostServer

/// `roost keys`: commands for the file keys.db.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Create, list, limit, revoke and rotate API keys.",
        discussion: """
            Works on keys.db in the home, also while the server runs; a change takes effect within a second. As soon as there is a key, every request needs one: \
            make one with the scope admin for yourself first, and give it to this command in ROOST_API_KEY.
            """,
        subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self, KeysRotateCommand.self, KeysLimitCommand.self],
        defaultSubcommand: KeysListCommand.self)
}

/// The options of every `roost keys` command.
struct KeyOptions: ParsableArguments {
    @Option(help: "The home that holds keys.db (ROOST_HOME). Default: ~/.roost.")
    var home: String?

    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    /// Runs some work on keys.db. The file is created if it does not exist.
    ///
    /// - Throws: `RoostError` when keys.db cannot be used; the errors of `work`.
    func withStore<Value>(_ work: (KeyStore) throws -> Value) throws -> Value {
        let home = try ServerSettings.homeDirectory(flag: home, environment: ProcessInfo.processInfo.environment)
        let store = try KeyStore(path: HomeDirectory.keys(in: home))
        let result = Result { try work(store) }
        try store.close()
        return try result.get()
    }

    /// Prints a key with its secret: for a script the secret alone on standard output.
    func print(_ key: APIKey, _ stored: StoredKey) throws {
        if json { return try JSONOutput.print(KeyView(stored, secret: key.text)) }
        Terminal.printError("The key \(stored.id) (\(stored.name)) of \(stored.owner). It is shown only now; keep it in a safe place:")
        Terminal.print(key.text.value)
    }
}

extension KeyScope: ExpressibleByArgument {}
