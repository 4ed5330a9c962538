import Foundation
import SystemPackage
import TestSupport
import Testing

/// `scripts/support/man-pages.py`, which makes the manual of the command from its own description.
@Suite struct ManualTests {
    private func pages() async throws -> [String: String] {
        try await withTemporaryDirectory { root in
            _ = try await Command.outputAside([
                "/bin/sh", "-c", "\"$0\" --experimental-dump-help | python3 \"$1\" \"$2\" 9.8.7", TestEnvironment.roostExecutable.string,
                TestEnvironment.testFile("../../scripts/support/man-pages.py").string, root.string,
            ])
            var pages: [String: String] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: root.string) {
                pages[name] = try String(contentsOfFile: root.appending(name).string, encoding: .utf8)
            }
            return pages
        }
    }

    @Test func `each command that help shows has a page with its options`() async throws {
        let pages = try await pages()
        let help = try await Command.outputAside([TestEnvironment.roostExecutable.string, "help"])
        // The paragraphs that list commands, without the indented rests of long descriptions.
        let commands = help.components(separatedBy: "\n\n").filter { $0.contains("SUBCOMMANDS:\n") }.flatMap { $0.split(separator: "\n").dropFirst() }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap { $0.split { " ,".contains($0) }.first.map(String.init) }
        #expect(commands.count >= 15)
        for command in commands { #expect(pages["roost-\(command).1"]?.contains(".SH SYNOPSIS") == true, "\(command)") }
        #expect(pages["roost-engine-guard.1"] == nil)
        let serve = try #require(pages["roost-serve.1"])
        #expect(serve.hasPrefix(".TH \"ROOST-SERVE\" \"1\" \"\" \"roost 9.8.7\""))
        #expect(serve.contains("\\fB\\-\\-max\\-cache\\-models\\fR"))
        let list = try #require(pages["roost-jobs-list.1"])
        #expect(list.contains("\\fB\\-\\-json\\fR") && list.contains(".SH SEE ALSO"))
    }

    @Test func `no line of a page is a request of troff by chance`() async throws {
        let requests = [".TH", ".SH", ".TP", ".PP", ".IP"]
        for (name, page) in try await pages() {
            for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(requests.contains(String(line.prefix { $0 != " " })), "\(name): \(line)")
            }
        }
    }
}
