package import ModelLibrary
import RoostCore
package import SystemPackage

/// The settings for starting and keeping engines.
package struct EngineConfiguration: Sendable {
    /// Finds the `llama-server` to run. Called for each load, so that a newly installed one is used. Its error is the
    /// error of the load.
    package var locateExecutable: @Sendable () throws -> FilePath
    /// The command that starts the guard: the path of `roost`, then `engine-guard`.
    package var guardCommand: [String]
    /// The folder of the sockets, created with mode 0700 if missing. The paths of the sockets must have at most 100
    /// bytes.
    package var runtimeDirectory: FilePath
    /// The context length of each request in tokens, limited by the model's own; 0 for the model's own.
    package var contextLength: Int = 4096
    /// The number of threads per engine; `nil` for the engine's default.
    package var threads: Int?
    /// The maximum number of engines at the same time, 1 or more.
    package var maxModels: Int = 2
    /// The maximum time for loading a model.
    package var loadTimeout: Duration = .seconds(300)
    /// The time after a failed load during which the model is not loaded again.
    package var loadCooldown: Duration = .seconds(300)
    /// The maximum time that a load waits while every engine is busy.
    package var busyTimeout: Duration = .seconds(60)
    /// Examines a model's files before an engine is started with them. Its error is the error of the load.
    package var examine: @Sendable (ModelEntry) async throws -> ModelFacts = { _ in ModelFacts() }
    /// Returns the memory in bytes that programs can still allocate.
    package var availableMemory: @Sendable () -> Int64 = { MachineMemory.availableBytes }
    /// Records what engines do.
    package var metrics = EngineMetrics()
    /// Further arguments for every engine, after Roost's own.
    package var extraArguments: [String] = []

    /// Creates a configuration with default values.
    ///
    /// - Parameters:
    ///   - locateExecutable: Finds the `llama-server` to run.
    ///   - guardCommand: The command that starts the guard.
    ///   - runtimeDirectory: The folder of the sockets.
    package init(locateExecutable: @escaping @Sendable () throws -> FilePath, guardCommand: [String], runtimeDirectory: FilePath) {
        self.locateExecutable = locateExecutable
        self.guardCommand = guardCommand
        self.runtimeDirectory = runtimeDirectory
    }
}
