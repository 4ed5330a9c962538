import DurableFiles
import Foundation
import Interaction
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage

/// What interactive chats keep in the home of Roost: the entered lines and stored conversations, for this user only.
struct ChatNotes {
    private static let mostBytes = 64 << 20
    private let home: FilePath?

    /// Creates the value; without a home nothing is kept.
    init(environment: [String: String]) { home = try? ServerSettings.homeDirectory(flag: nil, environment: environment) }

    /// Returns the lines that were entered before. A file that cannot be read counts as empty: it is a convenience.
    func history() -> InputHistory {
        guard let home, let data = read(home.appending("chat-history")) else { return InputHistory() }
        let lines = data.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONDecoder().decode(String.self, from: $0) }
        return InputHistory(lines)
    }

    /// Adds a line to the file of the history, and shortens the file when it is longer than it needs to be.
    func addToHistory(_ line: String) {
        guard let home, line.utf8.count <= InputHistory.longestLine, let text = try? JSONOutput.line(line) else { return }
        let file = home.appending("chat-history")
        do {
            try FileSystem.makePrivateFolder(home)
            if FileSystem.size(of: file) ?? 0 > 2 * InputHistory.mostBytes {
                let kept = try history().lines.map { try JSONOutput.line($0) }.joined(separator: "\n") + "\n"
                try PrivateFile.write(Array(kept.utf8), to: file)
            }
            let output = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .append, .noFollow, .closeOnExec], permissions: [.ownerReadWrite])
            try output.closeAfter { _ = try output.writeAll(Array("\(text)\n".utf8)) }
        } catch {
            // The chat is worth more than its history.
        }
    }

    private struct Stored: Codable {
        var request: ChatRequest
        var system: String?
        var schema: String?
        var isJSON: Bool?
    }

    /// Stores a conversation.
    ///
    /// - Returns: The file.
    /// - Throws: `RoostError` with code `invalidRequest` for a name that cannot be used, or an error of the disk.
    func save(_ conversation: Conversation, as name: String) throws -> FilePath {
        guard let home, let file = file(of: name) else {
            throw RoostError(
                .invalidRequest,
                "A conversation's name has 1 to 64 letters, digits, `_`, `-` or `.`, such as plans; \(name.quotedForPeople) has not.",
                field: "name")
        }
        var stored = Stored(request: conversation.request, system: conversation.system)
        if case .schema(let schema)? = conversation.format { stored.schema = schema }
        if case .json? = conversation.format { stored.isJSON = true }
        let data = try JSONEncoder().encode(stored)
        guard data.count <= Self.mostBytes else {
            throw RoostError(.tooLarge, "A stored conversation has at most 64 MiB; /clear begins a new one.", field: "name")
        }
        try FileSystem.makePrivateFolder(home)
        try FileSystem.makePrivateFolder(file.removingLastComponent())
        try PrivateFile.write(Array(data), to: file)
        return file
    }

    /// Returns a stored conversation; `nil` when none has the name.
    ///
    /// - Throws: `RoostError` with code `fileSystem` when its file is damaged.
    func conversation(named name: String) throws -> Conversation? {
        guard let file = file(of: name), let data = read(file) else { return nil }
        guard let stored = try? JSONDecoder().decode(Stored.self, from: data) else {
            throw RoostError(.fileSystem, "\(file) holds no conversation; remove it, and save the conversation again.")
        }
        var conversation = Conversation(request: stored.request)
        conversation.system = stored.system
        conversation.format = stored.schema.map { .schema($0) } ?? (stored.isJSON == true ? .json : nil)
        return conversation
    }

    private func file(of name: String) -> FilePath? {
        guard name.wholeMatch(of: /[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/) != nil else { return nil }
        return home?.appending("conversations").appending("\(name).json")
    }

    private func read(_ file: FilePath) -> Data? {
        guard let size = FileSystem.size(of: file), size <= Self.mostBytes else { return nil }
        return FileManager.default.contents(atPath: file.string)
    }
}
