import Foundation

/// The output of `llama-server --version`.
package struct EngineVersion: Sendable, Hashable, CustomStringConvertible {
    /// The version line as the engine prints it, without the word `version:`.
    package let description: String
    /// llama.cpp's build number; `nil` if the engine does not report it, for example if it was built from an archive
    /// without git history.
    package let build: Int?

    /// Parses the output of `llama-server --version`: `version: 1.2.3 (build 11434, commit abc)` or, in older builds,
    /// `version: 6000 (abc)`.
    ///
    /// - Parameter output: The output of the command, all streams together.
    package init?(parsing output: String) {
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
