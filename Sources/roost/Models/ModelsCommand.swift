import ArgumentParser
import RoostCore

/// `roost models`.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List, inspect, verify, repair, convert and remove the models on this machine.",
        discussion: """
            Uses the server, which has the state of its engines and pulls. Without a server, and when none is named, all but `repair` work on the Hub cache itself; \
            `inspect` and `convert` always do.

            A MODEL is org/name, org/name:QUANT or org/name:FILE, each with @REVISION: a branch, tag or commit.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self, ModelsRepairCommand.self, ModelsCollectCommand.self,
            ModelsRemoveCommand.self, ModelsInspectCommand.self, ModelsConvertCommand.self,
        ], defaultSubcommand: ModelsListCommand.self)
}
