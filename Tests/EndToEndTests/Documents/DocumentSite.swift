import Foundation
import Hashing
import RoostCore
import SystemPackage
import TestSupport

/// A machine on which a section of a document is followed: a hub with the models that documents name, a home, a server, and a folder to work in.
/// The models are the sample model under these names, and a tiny embedding model.
struct DocumentSite {
    /// The address of the server in documents.
    private static let address = "http://127.0.0.1:8005"
    private static let models = [
        "bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q4_K_M.gguf",
        "bartowski/Qwen2.5-0.5B-Instruct-GGUF/Qwen2.5-0.5B-Instruct-Q4_K_M.gguf",
    ]
    static let chatModel = "bartowski/SmolLM2-135M-Instruct-GGUF:Q4_K_M"

    let site: Site
    let server: Server
    private let folder: FilePath

    /// Follows something on a new machine, which has the chat model.
    ///
    /// - Parameters:
    ///   - pulls: The models that are here at the begin.
    ///   - body: What is done.
    /// - Throws: The errors of `body`.
    static func run(pulls: [String] = [chatModel], _ body: (DocumentSite) async throws -> Void) async throws {
        try await withTemporaryDirectory { root in
            try await FaultHub.run(hubFiles(in: root)) { hub in
                let site = Site(root: root, hubEndpoint: hub.endpoint)
                try placeOllamaModel(in: root)
                let server = try await site.serve()
                for model in pulls {
                    let job = try await server.pull(model)
                    guard job.status == .succeeded else { throw NeverHappened(description: "the pull of \(model): \(job.traceback ?? "")") }
                }
                let folder = root.appending("work")
                try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                try await body(DocumentSite(site: site, server: server, folder: folder))
                _ = await server.stop()
            }
        }
    }

    /// Runs a piece of code.
    ///
    /// - Returns: What it printed on standard output.
    /// - Throws: `Command.Failed` when it fails, with what it printed on standard error.
    func output(of snippet: DocumentSnippet) async throws -> String {
        if snippet.remark == "server: stopped" { _ = await server.stop() }
        let code = snippet.code.replacing(Self.address, with: server.url)
        let program = try snippet.language == "sh" ? ["/bin/bash", "-euo", "pipefail", "-c", code] : [python(for: code), "-c", code]
        return try await Command.outputAside(
            ["/bin/sh", "-c", "cd '\(folder)' && exec \"$@\" < /dev/null", "sh"] + program, environment: environment())
    }

    private func environment() throws -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try site.environment().merging([
            "ROOST_SERVER": server.url, "PATH": "\(try TestEnvironment.roostExecutable.removingLastComponent()):\(inherited)",
        ]) { $1 }
    }

    private func python(for code: String) throws -> String {
        for (module, client) in [("openai", PythonClient.openAI), ("ollama", .ollama), ("anthropic", .anthropic)]
        where code.contains(try Regex("(?m)^(from|import) \(module)\\b")) {
            return try client.python.string
        }
        return try TestEnvironment.pythonHub2.string
    }

    private static func hubFiles(in root: FilePath) throws -> FilePath {
        let files = root.appending("hub-files")
        for model in models {
            let file = files.pushing(FilePath(model))
            try FileManager.default.createDirectory(atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try place(TestEnvironment.sampleModel, at: file)
        }
        let vectors = files.appending("sentence-transformers/all-MiniLM-L6-v2")
        try FileManager.default.createDirectory(atPath: vectors.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: TestEnvironment.testFile("../Fixtures/sentence-bert/hf").string, toPath: vectors.string)
        return files
    }

    /// Puts the sample model into `~/.ollama`, as Ollama does.
    private static func placeOllamaModel(in root: FilePath) throws {
        let digest = try sha256(of: TestEnvironment.sampleModel)
        let store = root.appending(".ollama/models")
        let manifest = store.appending("manifests/registry.ollama.ai/library/smollm2/135m")
        for folder in [store.appending("blobs"), manifest.removingLastComponent()] {
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        }
        let blob = store.appending("blobs/sha256-\(digest)")
        try place(TestEnvironment.sampleModel, at: blob)
        let size = try FileManager.default.attributesOfItem(atPath: blob.string)[.size] as? Int ?? 0
        let layer = #"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\#(digest)","size":\#(size)}"#
        try Data(#"{"schemaVersion":2,"layers":[\#(layer)]}"#.utf8).write(to: URL(fileURLWithPath: manifest.string))
    }

    /// A hard link costs nothing; another file system needs a copy.
    private static func place(_ file: FilePath, at place: FilePath) throws {
        do {
            try FileManager.default.linkItem(atPath: file.string, toPath: place.string)
        } catch {
            try FileManager.default.copyItem(atPath: file.string, toPath: place.string)
        }
    }
}
