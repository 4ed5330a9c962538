import Foundation
import SystemPackage
import TestSupport
import Testing

/// `scripts/check-links`, which `make lint` runs.
@Suite struct LinkCheckTests {
    /// What the script prints about a folder with these files, both streams together, and its exit code in the last line.
    private func check(_ files: [String: String]) async throws -> String {
        try await withTemporaryDirectory { root in
            for (name, text) in files {
                let path = root.appending(name)
                try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
            }
            let script = TestEnvironment.testFile("../../scripts/check-links").string
            return try await Command.outputAside(["/bin/sh", "-c", "\"$0\" \"$1\" 2>&1; echo exit code $?", script, root.string])
        }
    }

    @Test func `files, folders, headings and addresses that are right have no complaint`() async throws {
        let said = try await check([
            "README.md": """
            # Roost
            [guide](Documentation/guide.md), [`code`](Documentation/guide.md#what-its-for), [a folder](Documentation/), [below](#two-words-1)
            ![picture](<Documentation/a picture.png> "title"), <img src="Documentation/a%20picture.png">, [web](https://example.com/none#x)
            `[no link](nowhere.md)`
            ```sh
            echo "[no link](nowhere.md)"
            ```
            ## Two `words`
            ## Two words
            """,
            "Documentation/guide.md": "# What it's for\n[back](../README.md#roost) [reference][it]\n\n[it]: ../README.md\n",
            "Documentation/a picture.png": "",
        ])
        #expect(said == "exit code 0\n")
    }

    @Test(arguments: [
        ("[x](missing.md)", "missing.md leads to a file that does not exist"),
        ("[x](documentation/guide.md)", "documentation/guide.md leads to a file that does not exist"),
        ("[x](Documentation/guide.md#other)", "a heading that Documentation/guide.md does not have"),
        ("[x](#other)", "a heading that README.md does not have"),
        ("[x](../outside.md)", "leads out of the folder"),
        ("<a href='missing.md'>x</a>", "missing.md leads to a file that does not exist"),
        ("[x]: missing.md", "missing.md leads to a file that does not exist"),
    ])
    func `a wrong link is told with its file and line`(link: String, complaint: String) async throws {
        let said = try await check(["README.md": "# Title\n\n\(link)\n", "Documentation/guide.md": "# Title\n"])
        #expect(said.hasPrefix("README.md:3: ") && said.contains(complaint) && said.hasSuffix("exit code 1\n"), "\(said)")
    }

    @Test func `a document that a Swift file names must exist`() async throws {
        let said = try await check(["Sources/A/A.swift": "// See Documentation/none.md.\n", "Documentation/guide.md": "# Title\n"])
        #expect(said.hasPrefix("Sources/A/A.swift:1: Documentation/none.md does not exist\n") && said.hasSuffix("exit code 1\n"), "\(said)")
    }
}
