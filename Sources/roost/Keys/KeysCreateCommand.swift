import Access
import ArgumentParser
import Foundation
import RoostCore

/// `roost keys create`.
struct KeysCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a key, and show it once.",
        discussion: """
            Scopes: chat (use models), pull (pull models, control one's own pulls), read (see models, one's own pulls, engines, metrics), admin (everything).
            """)

    @Argument(help: "What the key is called, such as the program that uses it.")
    var name: String
    @Option(help: "A scope: chat, pull, read or admin; may be given several times.")
    var scope: [KeyScope]
    @Option(help: "The owner, who is the user of its pulls. Default: the key's name.")
    var owner: String?
    @Option(help: "The workspace of its pulls.")
    var workspace: String?
    @Option(help: "A pattern of models that it may use and pull, such as 'org/*'; may be given up to 64 times. Default: all models.")
    var model: [String] = []
    @Option(help: "A limit as NAME=NUMBER, such as requests_per_minute=60; may be given several times. `roost keys limit --help` has the names.")
    var limit: [LimitChange] = []
    @Option(help: "After which time it ends, such as 90d or 12h. Default: never.")
    var expires: Lifetime?
    @OptionGroup var options: KeyOptions

    func run() async throws {
        var new = NewKey(name: name, owner: owner, scopes: Set(scope))
        new.workspace = workspace
        new.models = model
        for change in limit { change.apply(to: &new.limits) }
        new.expiresAt = expires.map { Date(timeIntervalSinceNow: $0.seconds) }
        let (key, stored) = try options.withStore { [new] in try $0.create(new) }
        try options.print(key, stored)
    }
}
