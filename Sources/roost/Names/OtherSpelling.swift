import Foundation
import RoostCore

/// Options that people know from `ollama` and `hf`: some are Roost's own in another spelling, and for the others there is advice.
enum OtherSpelling {
    private static let spellings: [String: [String]] = [
        "--think=true": ["--think"], "--think=false": ["--no-think"], "--think=low": ["--effort", "low"], "--think=medium": ["--effort", "medium"],
        "--think=high": ["--effort", "high"],
    ]

    private static let advice: [String: [String: String]] = [
        "run": [
            "--nowordwrap": "Roost breaks no lines of an answer: leave the option out.",
            "--insecure": "Set HF_ENDPOINT to the hub to pull from, in the server's environment.",
        ],
        "pull": [
            "--insecure": "Set HF_ENDPOINT to the hub to pull from, in the server's environment.",
            "--local-dir": "Models are in the cache that `hf` uses too: `roost show MODEL` names the folder.",
            "--cache-dir": "Set HF_HUB_CACHE to the folder, in the server's environment.",
            "--token": "Set HF_TOKEN to the token, in the server's environment, or log in there with `hf auth login`.",
            "--repo-type": "Roost pulls models only.",
        ],
        "show": [
            "--modelfile": "`roost alias list --json` shows the model, system prompt and parameters of each alias.",
            "--parameters": "`roost alias list --json` shows the parameters of each alias.",
            "--system": "`roost alias list --json` shows the system prompt of each alias.",
            "--template": "`roost models inspect MODEL` shows the chat template in its file.",
            "--license": "`roost show MODEL` shows the licence in the line of its pull.",
        ],
    ]

    /// Returns a command line with Roost's spellings.
    ///
    /// - Parameter arguments: The words after `roost`.
    /// - Returns: The words to parse.
    static func translated(_ arguments: some Collection<String>) -> [String] {
        if arguments.count == 1, arguments.first == "-v" { return ["--version"] }
        guard let command = arguments.first, ["run", "chat"].contains(command) else { return Array(arguments) }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { spellings[$0] ?? [$0] } + arguments[end...]
    }

    /// Returns the error for an option of another program that Roost has not, or for a file after a model; `nil` when a command line has none.
    ///
    /// - Parameters:
    ///   - arguments: The words after `roost`.
    ///   - message: What the parser says about them.
    /// - Returns: The error, with what to do instead.
    static func error(_ arguments: some Collection<String>, message: String) -> RoostError? {
        guard let command = arguments.first, let advice = advice[command] else { return nil }
        for word in arguments.prefix(while: { $0 != "--" }) {
            let option = String(word.prefix { $0 != "=" })
            if let sentence = advice[option] { return RoostError(.invalidRequest, "`roost \(command)` has no \(option). \(sentence)", field: option) }
        }
        guard command == "pull", message.localizedCaseInsensitiveContains("unexpected argument"),
            let model = arguments.dropFirst().first, let file = arguments.dropFirst(2).first, !model.hasPrefix("-"), !file.hasPrefix("-")
        else { return nil }
        return RoostError(
            .invalidRequest,
            "`roost pull` takes one model: \("\(model):\(file)".quotedForPeople) names a GGUF file of it, and `--include \(file)` other files.",
            field: "model")
    }
}
