import Foundation
import SystemPackage
import TestSupport

/// A piece of code in a document, with the output that the document shows after it.
struct DocumentSnippet: Sendable, CustomStringConvertible {
    /// The document, from the root of the repository.
    let document: String
    /// The line of its fence.
    let line: Int
    /// The heading of the second level above it; empty before the first one.
    let section: String
    /// `sh` or `python`, or another language, whose code is not run.
    let language: String
    let code: String
    /// The output that is shown, where `…` stands for any text; `nil` for none.
    var shown: String?
    /// What a comment before the fence says, such as `server: stopped` or `not run: needs root`; `nil` without one.
    let remark: String?

    var description: String { "\(document):\(line)" }
    /// Why the test does not run it; `nil` when it is to be run.
    var reasonNotToRun: String? { remark.flatMap { $0.hasPrefix("not run: ") ? String($0.dropFirst("not run: ".count)) : nil } }
    var isRunnable: Bool { ["sh", "python"].contains(language) && reasonNotToRun == nil }

    /// Reads the pieces of code of a document, in their order. A fence of `text` directly after another one is the output of that.
    ///
    /// - Throws: When the document cannot be read.
    static func all(in document: String) throws -> [DocumentSnippet] {
        let text = try String(contentsOfFile: TestEnvironment.testFile("../../\(document)").string, encoding: .utf8)
        var found: [DocumentSnippet] = []
        var (section, remark, isDirectlyAfter) = ("", String?.none, false)
        var open: (line: Int, language: String, code: [Substring])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let begun = open {
                guard line == "```" else {
                    open?.code.append(line)
                    continue
                }
                let code = begun.code.joined(separator: "\n")
                if begun.language == "text", isDirectlyAfter, !found.isEmpty {
                    found[found.count - 1].shown = code
                } else {
                    found.append(
                        DocumentSnippet(
                            document: document, line: begun.line, section: section, language: begun.language, code: code, remark: remark))
                }
                (open, remark, isDirectlyAfter) = (nil, nil, begun.language != "text")
            } else if line.hasPrefix("```") {
                open = (index + 1, String(line.dropFirst(3)), [])
            } else if let comment = line.wholeMatch(of: /<!-- (.+) -->/) {
                remark = String(comment.1)
            } else if !line.isEmpty {
                if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
                isDirectlyAfter = false
            }
        }
        return found
    }

    /// Whether some output is the one that is shown. Spaces at the ends and empty lines do not count.
    func matches(_ output: String) -> Bool {
        guard let shown else { return true }
        func normal(_ text: String) -> String {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.joined(separator: "\n")
        }
        let pattern = normal(shown).split(separator: "…", omittingEmptySubsequences: false)
            .map { NSRegularExpression.escapedPattern(for: String($0)) }.joined(separator: "[\\s\\S]*")
        return normal(output).range(of: "^\(pattern)$", options: .regularExpression) != nil
    }
}
