import ArgumentParser
import Engines
import Foundation
import RoostCore
import RoostServer
import SystemPackage

/// `roost update-engine`.
struct UpdateEngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update-engine", abstract: "Build the newest engine that this version of Roost was tested with, in a checkout of Roost.",
        discussion: """
            Runs scripts/engine of the checkout, which finds the devices of this machine, builds llama-server if that build is not here yet, and prints its path. Without a checkout it \
            says which engine is used and how it is replaced: Roost downloads no programs. Engines that run go on; the next load uses the new one after a restart of the server.
            Exits 1 without a checkout, unless with --dry-run. With --json, after the build: `engine`, `version`, `build`, `minimum_build`, `advice`.
            """)

    @Option(help: "The checkout. Default: the one that this command was built in.", completion: .directory)
    var checkout: String?
    @Flag(help: "Only show the engine in use, and what would be done.")
    var dryRun = false
    @Flag(help: "Print JSON; an error is JSON too, on standard error.")
    var json = false

    func run() async throws {
        let script = try script()
        if !dryRun, let script {
            guard json else { return try Program(at: script).become([]) }
            try build(script)
        }
        let environment = ProcessInfo.processInfo.environment
        let path =
            try? await ServerSettings.load(flags: .init(), environment: environment).llamaServer ?? EngineLocator.locate(environment: environment)
        var version: EngineVersion?
        if let path { version = try? await EngineLocator.version(of: path) }
        let report = Report(
            engine: path?.string, version: version.map { "\($0)" }, build: version?.build, advice: advice(script, engine: path?.string))
        if json { try JSONOutput.print(report) } else { show(report) }
        if !dryRun, script == nil { throw ExitCode(1) }
    }

    /// Runs the script to its end; what it prints is not JSON.
    private func build(_ script: String) throws {
        let answer = try Program(at: script).run([])
        guard answer.code == 0 else {
            let reason = answer.output.split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(300))" } ?? ""
            throw RoostError(.unexpected, "\(script) failed\(reason)")
        }
    }

    private func show(_ report: Report) {
        Terminal.print(report.engine.map { "The engine is \($0)\(report.version.map { " (\($0))" } ?? "")." } ?? "There is no engine.")
        if let build = report.build, build < EngineLocator.minimumBuild {
            Terminal.print("Roost needs build \(EngineLocator.minimumBuild) or newer.")
        }
        Terminal.print(report.advice)
    }

    /// Returns the script of the checkout; `nil` when this command was not built in one.
    private func script() throws -> String? {
        if let checkout {
            let path = URL(fileURLWithPath: checkout).appendingPathComponent("scripts/engine").path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw RoostError(.invalidRequest, "\(checkout.quotedForPeople) is no checkout of Roost: it has no scripts/engine.", field: "checkout")
            }
            return path
        }
        // <checkout>/.build/<configuration>/roost, which may be behind links.
        guard let command = Bundle.main.executablePath else { return nil }
        var folder = URL(fileURLWithPath: command).resolvingSymlinksInPath().deletingLastPathComponent()
        for _ in 0..<4 {
            folder = folder.deletingLastPathComponent()
            let path = folder.appendingPathComponent("scripts/engine").path
            let isCheckout = FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
            if isCheckout, FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return nil
    }

    private func advice(_ script: String?, engine: String?) -> String {
        if let script { return "`roost update-engine` runs \(script)." }
        let own =
            "Build one in a checkout of Roost with `make engine`, or install llama.cpp with the package manager of the system, and name it with ROOST_LLAMA_SERVER."
        guard let engine,
            engine.contains("/lib/roost/engine/") || engine.hasPrefix("/usr/bin/") || engine.contains("/Cellar/")
                || engine.hasPrefix("/opt/homebrew/")
        else { return "This command is not in a checkout of Roost, so it cannot build an engine. \(own)" }
        return "This engine came with a package: it is updated with the package (such as `apt-get upgrade` or `brew upgrade`). \(own)"
    }

    private struct Report: Encodable {
        @ExplicitNull var engine: String?
        @ExplicitNull var version: String?
        @ExplicitNull var build: Int?
        let minimum_build = EngineLocator.minimumBuild
        let advice: String
    }
}
