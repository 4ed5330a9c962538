import ArgumentParser
import Engines
import Foundation
import RoostAPI
import RoostClient
import RoostCore
import RoostServer
import SystemPackage

/// `roost doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Show what is missing on this machine and how to install it.",
        discussion: "Exits 0 when Roost can work, 1 when something it needs is missing.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let findings =
            await engine(environment) + [
                await settings(environment), await hubCache(environment), jobFile(environment), sqlite(), await server(),
            ]
        if options.json {
            try JSONOutput.print(findings)
        } else {
            for finding in findings {
                Terminal.write(finding.state.rawValue.padding(to: 9), in: finding.state.style)
                Terminal.print("\(finding.subject.padding(to: 14))\(finding.message)")
            }
        }
        if findings.contains(where: { $0.state == .missing }) { throw ExitCode(1) }
    }

    private func engine(_ environment: [String: String]) async -> [Finding] {
        // Invalid settings are reported in a line of their own.
        let settings = try? await ServerSettings.load(flags: .init(), environment: environment)
        let confinement = EngineConfinement.ofThisMachine(isTurnedOff: settings?.unconfinedEngines ?? false)
        let confined = Finding(confinement.isActive ? .ok : .note, "confinement", confinement.description)
        do {
            let path = try settings?.llamaServer ?? EngineLocator.locate(environment: environment)
            let version = try await EngineLocator.version(of: path)
            if let build = version.build, build < EngineLocator.minimumBuild {
                let advice = "\(path) is build \(build); Roost needs \(EngineLocator.minimumBuild) or newer: run `make engine`."
                return [Finding(.missing, "llama-server", advice), confined]
            }
            return [Finding(.ok, "llama-server", "\(path) (\(version))"), await devices(of: path), confined]
        } catch {
            return [Finding(.missing, "llama-server", "\(error)"), confined]
        }
    }

    private func devices(of engine: FilePath) async -> Finding {
        let report = await EngineLocator.deviceReport(of: engine)
        if case .unknown = report { return Finding(.note, "devices", report.description) }
        return Finding(.ok, "devices", report.description)
    }

    private func settings(_ environment: [String: String]) async -> Finding {
        do {
            let settings = try await ServerSettings.load(flags: .init(), environment: environment)
            let scheme = settings.tlsCertificate == nil ? "http" : "https"
            let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
            return Finding(.ok, "settings", "home \(settings.home), \(scheme)://\(host):\(settings.port)")
        } catch {
            return Finding(.missing, "settings", "\(error)")
        }
    }

    private func hubCache(_ environment: [String: String]) async -> Finding {
        do {
            let report = try await HubCacheReport(environment: environment)
            return Finding(.ok, "Hub cache", "\(report.path), \(ByteCount(report.freeBytes)) free, from \(report.endpoint)")
        } catch {
            return Finding(.missing, "Hub cache", "\(error)")
        }
    }

    private func jobFile(_ environment: [String: String]) -> Finding {
        do {
            let report = try JobFileReport(home: ServerSettings.homeDirectory(flag: nil, environment: environment))
            guard let bytes = report.bytes else { return Finding(.ok, "jobs.db", "\(report.path) is made when the server starts") }
            let what = "\(report.path), schema \(report.schema), \(ByteCount(bytes))"
            guard let first = report.findings.first else { return Finding(.ok, "jobs.db", "\(what), sound") }
            return Finding(
                .missing, "jobs.db",
                "\(what), is damaged: \(first). Restart the server, which repairs it from its rows and backups; see `roost db check --full`.")
        } catch {
            return Finding(.missing, "jobs.db", "\(error)")
        }
    }

    private func sqlite() -> Finding {
        guard let advice = JobFileReport.sqliteAdvice else { return Finding(.ok, "SQLite", JobFileReport.sqliteVersion) }
        return Finding(.note, "SQLite", "\(JobFileReport.sqliteVersion) \(advice)")
    }

    private func server() async -> Finding {
        do {
            let client = try await options.client()
            let status = try await client.status()
            return Finding(.ok, "server", "\(client.server) answers, version \(status.version), SQLite \(status.sqliteVersion)")
        } catch {
            return Finding(.note, "server", "\(error)")
        }
    }
}

/// A line of the report.
private struct Finding: Encodable {
    enum State: String, Encodable {
        case ok, note, missing

        var style: TextStyle {
            switch self {
            case .ok: .green
            case .note: .yellow
            case .missing: .red
            }
        }
    }

    let state: State
    let subject: String
    let message: String

    init(_ state: State, _ subject: String, _ message: String) {
        self.state = state
        self.subject = subject
        self.message = message
    }
}
