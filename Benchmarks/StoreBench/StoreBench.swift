import ArgumentParser
import Foundation
import JobStoreSQLite
import Logging
import RoostCore

/// `store-bench`: Roost's own job store as a contestant of `make bench-store`. Its arguments and its line of JSON are those of every contestant, as in
/// Benchmarks/Store/measure.py.
@main
struct StoreBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "store-bench", abstract: "Measure Roost's job store on a file.")

    /// Whether a power cut may lose the newest updates.
    enum Synchronous: String, ExpressibleByArgument, CaseIterable {
        case full, normal
    }

    @Option(help: "The jobs.db to work on. Beside it lies FILE.ids, ids of rows that exist, one a line.") var database: String
    @Option(help: "What to do.") var operation: Operation
    @Option(help: "How long to do it; recover and open are done once.") var seconds = 2.0
    @Option(help: "How many callers (default: 64 for create64, 8 for mixed, else 1).") var workers: Int?
    @Option(help: "Updates that survive a power cut (full), or progress as a running pull reports it (normal).") var synchronous = Synchronous.full

    func validate() throws {
        guard seconds > 0, (workers ?? 1) > 0 else { throw ValidationError("--seconds and --workers must be above zero.") }
    }

    func run() async throws {
        do {
            print(String(decoding: try JSONEncoder().encode(try await result()), as: UTF8.self))
        } catch let error as RoostError {
            FileHandle.standardError.write(Data("store-bench: \(error.traceback)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func result() async throws -> BenchResult {
        if operation == .open { return try await open() }
        let store = try JobDatabase(path: database, logger: Logger(label: "store-bench"))
        let known = try String(contentsOfFile: database + ".ids", encoding: .utf8).utf8.split(separator: UInt8(ascii: "\n"))
        let contest = Contest(store: store, ids: known.map { String(Substring($0)) }, isProgress: synchronous == .normal)
        let result =
            operation == .recover
            ? try await contest.recover()
            : try await contest.run(operation, workers: workers ?? operation.usualWorkers, for: .seconds(seconds))
        try store.close()
        return result
    }

    /// Opens the store, which includes SQLite's quick check of the whole file.
    private func open() async throws -> BenchResult {
        let clock = ContinuousClock()
        let start = clock.now
        let store = try JobDatabase(path: database, logger: Logger(label: "store-bench"))
        let duration = clock.now - start
        try store.close()
        return BenchResult(once: duration)
    }
}
