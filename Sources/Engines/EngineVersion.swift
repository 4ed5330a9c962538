import Foundation

/// What `llama-server --version` says.
public struct EngineVersion: Sendable, Hashable, CustomStringConvertible {
    /// The version line as the engine prints it, without the word `version:`.
    public let description: String
    /// llama.cpp's build number; `nil` when the engine does not know it, as when it was built from an archive without git's history.
    public let build: Int?

    /// Reads the output of `llama-server --version`: `version: 1.2.3 (build 11434, commit abc)` or, before that form, `version: 6000 (abc)`.
    ///
    /// - Parameter output: What the command printed, all streams together.
    public init?(parsing output: String) {
        guard let line = output.split(whereSeparator: \.isNewline).first(where: { $0.contains("version: ") }),
            let start = line.range(of: "version: ")?.upperBound
        else { return nil }
        let text = line[start...]
        self.description = String(text.prefix(200))
        let number =
            if let build = text.range(of: "(build ")?.upperBound {
                Int(text[build...].prefix(while: \.isNumber))
            } else {
                Int(text.prefix(while: \.isNumber))
            }
        self.build = number.flatMap { $0 > 0 ? $0 : nil }
    }
}
