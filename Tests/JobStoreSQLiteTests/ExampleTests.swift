import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct ExampleTests {
    @Test func `the example of the documentation runs, and does what it says`() async throws {
        try await withTemporaryDirectory { directory in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try TestEnvironment.program("job-store-example").string)
            process.arguments = [directory.appending("jobs.db").string]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(text == "created \nstarted \nsucceeded All bytes are here.\norg/name:Q4_K_M succeeded\n")
        }
    }

    @Test func `the documentation shows the example as it is compiled`() throws {
        let article = try text("../Sources/JobStoreSQLite/JobStoreSQLite.docc/JobStoreSQLite.md")
        #expect(article.contains("```swift\n\(try text("../Examples/JobStore/main.swift"))```\n"))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: TestEnvironment.testFile(path).string, encoding: .utf8) }
}
