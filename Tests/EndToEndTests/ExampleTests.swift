import Foundation
import HubMirror
import RoostCore
import SystemPackage
import TestSupport
import Testing

/// The programs that the documentation of the libraries shows.
@Suite struct ExampleTests {
    @Test func `the example of HubClient pulls a repository from a hub`() async throws {
        try await withTemporaryDirectory { root in
            let folder = root.appending("hub/org/name")
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            try Data("hello".utf8).write(to: URL(fileURLWithPath: folder.appending("hello.txt").string))
            let output = try await withRunningService { ready in
                HubMirror(configuration: HubMirror.Configuration(directory: root.appending("hub"), port: 0), logger: .silent, onRunning: ready)
            } _: { (port: Int) in
                try await Command.outputAside(
                    [TestEnvironment.program("hub-client-example").string, "org/name"],
                    environment: ["HF_ENDPOINT": "http://127.0.0.1:\(port)", "HF_HUB_CACHE": root.appending("cache").string])
            }
            let words = output.split(separator: " ")
            #expect(words.prefix(2) == ["hello.txt", "5"])
            let path = words.dropFirst(2).joined(separator: " ").trimmingCharacters(in: .newlines)
            #expect(FileManager.default.contents(atPath: path) == Data("hello".utf8))
        }
    }

    @Test func `the example of ModelFormats shows a real model`() async throws {
        let output = try await Command.outputAside([
            TestEnvironment.program("model-formats-example").string, TestEnvironment.sampleModel.string,
        ])
        #expect(output.hasPrefix("llama 134515008 parameters\n") && output.contains("tokens"), "\(output)")
    }

    @Test(arguments: ["HubClient", "ModelFormats"])
    func `the documentation shows the example as it is compiled`(library: String) throws {
        let article = try text("../Sources/\(library)/\(library).docc/\(library).md")
        #expect(article.contains("```swift\n\(try text("../Examples/\(library)/main.swift"))```\n"))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: TestEnvironment.testFile(path).string, encoding: .utf8) }
}
