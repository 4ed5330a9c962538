import ArgumentParser

/// `roost service status`.
struct ServiceStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the service is installed and runs.",
        discussion: "Exits 0 when it runs, otherwise 1. With --json: `manager`, `scope`, `file`, `installed`, `enabled`, `state`.")

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        let service = try options.service()
        let state = ServiceState(of: service)
        if options.json { try JSONOutput.print(state) } else { Terminal.print(text(state, service)) }
        if !state.isActive { throw ExitCode(1) }
    }

    private func text(_ state: ServiceState, _ service: Service) -> String {
        guard state.installed else {
            let other = service.isSystem ? "" : " `--system` shows the service of the machine."
            return "There is no service: \(state.file) does not exist. `roost service install` makes one.\(other)"
        }
        let runs =
            state.state.map { $0 == "active" ? "It runs" : "It does not run (\($0))" } ?? "\(state.manager.rawValue) does not tell whether it runs"
        let starts = state.enabled == false ? ", and is not started by itself; `roost service install` changes that" : ""
        return "The service is \(state.file). \(runs)\(starts)."
    }
}
