import Foundation
import Hashing
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport

/// A user's machine in a temporary folder: a home, a Hub cache, and `roost` processes that know nothing else.
struct Site: Sendable {
    let root: FilePath
    let hubEndpoint: String
    var variables: [String: String] = [:]

    var home: FilePath { root.appending("home") }
    var cache: FilePath { root.appending("hf").appending("hub") }
    var database: FilePath { home.appending("jobs.db") }

    /// The engine is the real one unless `variables` name another, or none.
    func environment() throws -> [String: String] {
        var environment = [
            "HOME": root.string, "ROOST_HOME": home.string, "HF_HOME": root.appending("hf").string, "HF_ENDPOINT": hubEndpoint,
            "ROOST_CONTEXT_LENGTH": "2048",
        ].merging(variables) { $1 }
        if environment["ROOST_LLAMA_SERVER"] == nil { environment["ROOST_LLAMA_SERVER"] = try TestEnvironment.llamaServer.string }
        return environment
    }

    /// A machine without an engine.
    static let noEngine = ["ROOST_LLAMA_SERVER": "", "PATH": "/usr/bin:/bin"]

    /// Starts a server on a free port.
    func serve(_ options: [String] = [], wrapper: [String] = []) async throws -> Server {
        let log = root.appending("serve.log")
        let offset = (FileManager.default.contents(atPath: log.string) ?? Data()).count
        let process = try RoostProcess(["serve", "--port", "0"] + options, environment: try environment(), log: log, wrapper: wrapper)
        let url = try await process.line(after: "Roost is listening on ", from: offset)
        return Server(process: process, url: url, client: try RoostClient(server: url), site: self)
    }

    /// Runs a command to its end.
    func roost(_ arguments: [String], server: Server? = nil) async throws -> (code: Int32, output: String) {
        let log = root.appending("command-\(UInt32.random(in: 0 ... .max)).log")
        var environment = try environment()
        environment["ROOST_SERVER"] = server?.url
        let process = try RoostProcess(arguments, environment: environment, log: log)
        let code = await process.exitCode()
        return (code, process.output)
    }

    /// The snapshot file of a repository that was pulled.
    func snapshotFile(_ repository: String, _ name: String) throws -> FilePath {
        let folder = cache.appending(try RepositoryID(parsing: repository).cacheFolderName)
        let commit = String(decoding: FileManager.default.contents(atPath: folder.appending("refs/main").string) ?? Data(), as: UTF8.self)
        return folder.appending("snapshots").appending(commit).appending(name)
    }
}

/// A running `roost serve`.
struct Server: Sendable {
    let process: RoostProcess
    let url: String
    let client: RoostClient
    let site: Site

    /// Asks for a model and follows the job to its end.
    func pull(_ model: String, initialize: Bool = false, within limit: Duration = .seconds(600)) async throws -> Job {
        let id = try await client.pull(PullRequest(model: model, initialize: initialize)).jobID
        return try await finished(id, within: limit)
    }

    func finished(_ id: String, within limit: Duration = .seconds(600)) async throws -> Job {
        try await eventually("the end of job \(id)", within: limit, every: .milliseconds(50)) {
            let job = try await client.job(id).job
            return job.status.isFinished ? job : nil
        }
    }

    /// Stops the server as an operator does.
    ///
    /// - Returns: The exit code.
    func stop() async -> Int32 {
        process.send(SIGTERM)
        return await process.exitCode()
    }
}

func sha256(of path: FilePath) throws -> String {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path.string))
    var hash = SHA256()
    while let data = try handle.read(upToCount: 4 << 20), !data.isEmpty { hash.update(data: data) }
    return hash.finalize().hexadecimal
}
