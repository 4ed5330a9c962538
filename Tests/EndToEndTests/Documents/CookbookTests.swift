import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// The pieces of code in the documents for users do what the documents say: each section on a machine of its own, in its order.
    @Suite(.serialized) struct CookbookTests {
        private static let documents = [
            "Documentation/cookbook.md", "README.md", "Documentation/guides/laptop.md", "Documentation/guides/team.md",
            "Documentation/guides/clients.md",
        ]

        private static func sections() -> [String] {
            documents.flatMap { document in
                // A document that cannot be read fails in the test of it.
                ((try? DocumentSnippet.all(in: document)) ?? []).filter(\.isRunnable).reduce(into: [String]()) { found, snippet in
                    let name = "\(document)#\(snippet.section)"
                    if found.last != name { found.append(name) }
                }
            }
        }

        @Test(arguments: sections()) func `the code of a section runs and prints what is shown`(section: String) async throws {
            let parts = section.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let snippets = try DocumentSnippet.all(in: parts[0]).filter { $0.section == parts[1] && $0.isRunnable }
            try await DocumentSite.run { site in
                for snippet in snippets {
                    do {
                        let output = try await site.output(of: snippet)
                        #expect(snippet.matches(output), "\(snippet) shows\n\(snippet.shown ?? "")\nand printed\n\(output)")
                    } catch {
                        Issue.record("\(snippet) failed: \(error)")
                    }
                }
            }
        }

        @Test func `no code of the cookbook is left out, and that of the guides only with a reason`() throws {
            for document in Self.documents {
                let snippets = try DocumentSnippet.all(in: document)
                #expect(document == "README.md" || !snippets.isEmpty, "\(document)")
                for snippet in snippets {
                    if document.hasSuffix("cookbook.md") { #expect(snippet.isRunnable, "\(snippet)") }
                    let isProse = !["sh", "python"].contains(snippet.language)
                    #expect(isProse || snippet.isRunnable || snippet.reasonNotToRun?.isEmpty == false, "\(snippet)")
                    #expect(snippet.language == "" || ["sh", "python", "json", "ini", "text", "nginx"].contains(snippet.language), "\(snippet)")
                }
            }
        }

        @Test func `what is shown is compared, and an ellipsis stands for any text`() throws {
            func snippet(_ shown: String) -> DocumentSnippet {
                DocumentSnippet(document: "x", line: 1, section: "", language: "sh", code: "", shown: shown, remark: nil)
            }
            #expect(snippet("a … c\nd").matches("a b b c  \n\nd\n") && snippet("…\nend").matches("1\n2\nend"))
            #expect(!snippet("a").matches("a b") && !snippet("a…\nb").matches("a\nc") && !snippet("x.y").matches("xzy"))
        }
    }
}
