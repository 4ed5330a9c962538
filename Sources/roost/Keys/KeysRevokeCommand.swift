import Access
import ArgumentParser
import RoostCore

/// `roost keys revoke`.
struct KeysRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key for ever.",
        discussion: "A running server refuses it within a second. Answers that have begun end normally.")

    @Argument(help: "The id of the key, or its name.")
    var key: String
    @OptionGroup var options: KeyOptions

    func run() async throws {
        let stored = try options.withStore { try $0.revoke(key) }
        if options.json { return try JSONOutput.print(KeyView(stored)) }
        Terminal.print("The key \(stored.id) (\(stored.name)) is revoked.")
    }
}
