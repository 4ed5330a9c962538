import ArgumentParser

/// `roost jobs`.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List, watch and control pulls.",
        subcommands: [
            JobsListCommand.self, JobsShowCommand.self, JobsWatchCommand.self, JobsEventsCommand.self, JobsCancelCommand.self,
            JobsPauseCommand.self, JobsResumeCommand.self, JobsRetryCommand.self, JobsPriorityCommand.self, JobsRateCommand.self,
            JobsDeleteCommand.self,
            JobsPruneCommand.self, JobsExportCommand.self,
        ], defaultSubcommand: JobsListCommand.self)
}
