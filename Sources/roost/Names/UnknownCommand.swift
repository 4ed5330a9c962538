import ArgumentParser
import RoostCore

/// A word of a command line that names no command, at the place of one.
struct UnknownCommand {
    private let word: String
    /// The group of commands in which it was looked for, such as `jobs`; empty for the first word.
    private let group: [String]
    private let known: [String]

    /// What people type for a command that has another name here, also from other programs.
    private static let otherWords: [String: [String]] = [
        "run": ["ask", "generate", "prompt"], "pull": ["download", "get", "fetch"], "rm": ["remove", "delete", "uninstall"], "cp": ["copy"],
        "show": ["info", "describe"], "ps": ["running", "loaded"], "stop": ["kill"], "serve": ["start", "server"], "alias": ["tag"],
        "hub": ["push", "share", "mirror", "upload"], "doctor": ["status", "check", "health", "env"], "config": ["settings", "configure"],
        "keys": ["token", "login", "auth", "signin"], "jobs": ["queue", "pulls", "downloads"], "embed": ["embeddings", "vectors"],
        "logs": ["journal"], "service": ["daemon", "install"], "models": ["cache", "scan-cache"], "delete": ["rm", "remove"],
        "remove": ["delete"], "revoke": ["rm", "remove", "delete"], "create": ["add", "new", "build", "make"], "watch": ["wait", "follow", "attach"],
        "gc": ["prune", "clean"], "--generate-completion-script": ["completion", "completions"],
    ]

    /// Looks at a command line; `nil` when its first words are an option, or name a command.
    ///
    /// - Parameter arguments: The words after `roost`.
    init?(_ arguments: some Sequence<String>) {
        var commands: [any ParsableCommand.Type] = Roost.configuration.subcommands
        var group: [String] = []
        for word in arguments {
            guard !word.hasPrefix("-"), word != "help" || !group.isEmpty else { return nil }
            guard let command = commands.first(where: { Self.names(of: $0).contains(word) }) else {
                self.word = word
                self.group = group
                known = commands.filter { $0.configuration.shouldDisplay }.flatMap { Self.names(of: $0) }
                return
            }
            commands = command.configuration.subcommands
            group.append(word)
            // The other words of a command are its own.
            if commands.isEmpty { return nil }
        }
        return nil
    }

    private static func names(of command: any ParsableCommand.Type) -> [String] { [command._commandName] + command.configuration.aliases }

    /// The error, with what was probably meant.
    var error: RoostError {
        let place = (["roost"] + group).joined(separator: " ")
        let all = known + (group.isEmpty ? ["--generate-completion-script"] : [])
        let near = NearNames.nearest(to: word, among: all.map { (name: $0, texts: [$0] + (Self.otherWords[$0] ?? [])) })
        let question = NearNames.question(near.map { "`\(place) \($0)`" })
        let typed = (group + [word]).joined(separator: " ").quotedForPeople
        return RoostError(.invalidRequest, "There is no command \(typed).\(question) `\(place) --help` lists all of them.", field: "command")
    }
}
