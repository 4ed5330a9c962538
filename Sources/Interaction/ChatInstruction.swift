/// A line of an interactive chat that is for the command and not for the model: `/set temperature 0.2`.
package enum ChatInstruction: Sendable, Hashable {
    /// Lists the instructions.
    case help
    /// Ends the chat.
    case bye
    /// Forgets the conversation.
    case clear
    /// Shows the model, the system prompt and the parameters.
    case show
    /// Sets the system prompt; empty for none.
    case system(String)
    /// Sets a parameter.
    case set(name: String, value: String)
    /// Stores the conversation under a name.
    case save(String)
    /// Continues a stored conversation, or goes on with another model.
    case load(String)
    /// Adds an image to the next message.
    case image(String)
    /// Something else, with what to type instead.
    case wrong(String)

    /// The instructions, for people.
    package static let guide = """
        /set NAME VALUE   a parameter: temperature, top_p, top_k, min_p, seed, max_tokens, repeat_penalty,
                          presence_penalty, frequency_penalty, stop, context, timeout; think on|off|LEVEL;
                          format json|FILE|none; verbose on|off
        /system TEXT      instructions to the model; without TEXT none
        /image FILE       sends an image with the next message
        /show             the model, the instructions and the parameters
        /clear            forgets the conversation
        /save NAME        keeps the conversation; /load NAME continues it
        /load MODEL       goes on with another model
        /bye              ends the chat, as Ctrl-D
        A text between \"\"\" may have several lines; Alt-Enter makes a line end; Ctrl-C stops an answer.
        """

    /// Parses a line; `nil` for a message to the model.
    ///
    /// - Parameter line: The line. A path such as `/home/me/notes` is a message, because its first word contains another slash.
    package init?(_ line: String) {
        guard line.hasPrefix("/") else { return nil }
        let word = line.prefix { !$0.isWhitespace }
        guard !word.dropFirst().contains("/") else { return nil }
        let rest = String(line.dropFirst(word.count)).trimmed
        switch word {
        case "/?", "/help": self = .help
        case "/bye", "/exit", "/quit": self = .bye
        case "/clear": self = .clear
        case "/show": self = .show
        case "/system": self = .system(rest)
        case "/set": self = Self.set(rest)
        case "/save": self = rest.isEmpty ? .wrong("/save needs a name, such as /save plans.") : .save(rest)
        case "/load": self = rest.isEmpty ? .wrong("/load needs the name of a conversation or a model.") : .load(rest)
        case "/image": self = rest.isEmpty ? .wrong("/image needs a file, such as /image photo.png.") : .image(Self.unquoted(rest))
        default: self = .wrong("There is no instruction \(word.prefix(40)); /? lists them. A message that begins with a slash goes between \"\"\".")
        }
    }

    /// `/set system TEXT`, `/set NAME VALUE`, and as in Ollama `/set parameter NAME VALUE`.
    private static func set(_ text: String) -> ChatInstruction {
        let parts = text.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        switch parts.first {
        case "system"?: return .system(parts.count > 1 ? parts[1].trimmed : "")
        case "parameter"? where parts.count > 1: return set(parts[1])
        // Ollama's words.
        case "nothink"?: return .set(name: "think", value: "off")
        case "think"? where parts.count == 1: return .set(name: "think", value: "on")
        case "verbose"? where parts.count == 1: return .set(name: "verbose", value: "on")
        case "quiet"? where parts.count == 1: return .set(name: "verbose", value: "off")
        case "noformat"? where parts.count == 1: return .set(name: "format", value: "none")
        case "history"?, "nohistory"?: return .wrong("Lines are always kept, in chat-history of Roost's home; remove the file to forget them.")
        case "wordwrap"?, "nowordwrap"?: return .wrong("The terminal breaks lines; there is nothing to set.")
        case let name? where parts.count > 1: return .set(name: name, value: unquoted(parts[1].trimmed))
        default: return .wrong("/set needs a name and a value, such as /set temperature 0.2; /? lists the names.")
        }
    }

    /// Shells and file managers quote names with spaces.
    private static func unquoted(_ text: String) -> String {
        for quote in ["\"", "'"] where text.count > 1 && text.hasPrefix(quote) && text.hasSuffix(quote) { return String(text.dropFirst().dropLast()) }
        return text
    }
}
