import Access
import ArgumentParser
import RoostCore

/// `roost keys rotate`.
struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give a key another secret, and show it once.",
        discussion: "Its id, owner, scopes and usage stay. Without --overlap the earlier secret ends within a second.")

    @Argument(help: "The id of the key, or its name.")
    var key: String
    @Option(help: "For how long the earlier secret still works, such as 1h or 7d. Default: not at all.")
    var overlap: Lifetime?
    @OptionGroup var options: KeyOptions

    func run() async throws {
        let (fresh, stored) = try options.withStore { try $0.rotate(key, overlap: overlap?.seconds ?? 0) }
        try options.print(fresh, stored)
    }
}
