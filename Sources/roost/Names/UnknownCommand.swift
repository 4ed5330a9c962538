import ArgumentParser
import RoostCore

/// The first word of a command line when it names no command.
struct UnknownCommand {
    private let word: String

    /// What people type for a command that has another name here.
    private static let otherWords: [String: [String]] = [
        "run": ["ask", "generate", "prompt"], "pull": ["download", "get", "fetch"], "rm": ["remove", "delete", "uninstall"], "cp": ["copy"],
        "show": ["info", "describe"], "ps": ["running", "loaded"], "stop": ["kill"], "serve": ["start", "server"], "alias": ["create", "tag"],
        "hub": ["push", "share", "mirror"], "doctor": ["status", "check", "health"], "config": ["settings", "configure"], "keys": ["token", "login"],
        "jobs": ["queue", "pulls", "downloads"], "embed": ["embeddings", "vectors"], "logs": ["journal"], "service": ["daemon", "install"],
    ]

    /// Looks at a command line; `nil` when its first word is an option, or names a command.
    ///
    /// - Parameter arguments: The words after `roost`.
    init?(_ arguments: some Sequence<String>) {
        guard let word = arguments.first(where: { _ in true }), !word.hasPrefix("-"), !Self.known.contains(word), word != "help" else { return nil }
        self.word = word
    }

    private static var known: [String] {
        Roost.configuration.subcommands.filter { $0.configuration.shouldDisplay }.flatMap { [$0._commandName] + $0.configuration.aliases }
    }

    /// The error, with what was probably meant.
    var error: RoostError {
        let near = NearNames.nearest(to: word, among: Self.known.map { (name: $0, texts: [$0] + (Self.otherWords[$0] ?? [])) })
        let question = NearNames.question(near.map { "`roost \($0)`" })
        return RoostError(
            .invalidRequest, "There is no command \(word.quotedForPeople).\(question) `roost --help` lists all of them.", field: "command")
    }
}
