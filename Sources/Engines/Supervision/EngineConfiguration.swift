package import ModelLibrary
package import RoostCore
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
    /// The context length of each request in tokens, limited by the model's own; 0 for the model's own, or less if
    /// memory is short.
    package var contextLength: Int = 0
    /// Other context lengths for some models; one without a variant stands for all of its repository.
    package var contextLengths: [ModelReference: Int] = [:]
    /// The number of threads per engine; `nil` for the engine's default.
    package var threads: Int?
    /// The maximum number of engines at the same time, 1 or more.
    package var maxModels: Int = 2
    /// The maximum time for loading a model.
    package var loadTimeout: Duration = .seconds(300)
    /// The time after which an engine that has requests and does not answer its health check is replaced.
    package var healthTimeout: Duration = .seconds(10)
    /// The most time for storing prompts before an engine ends.
    package var promptStoringTime: Duration = .seconds(5)
    /// The time after which an engine that has requests and ends no step is replaced.
    package var stepTimeout: Duration = .seconds(600)
    /// The time after a failed load during which the model is not loaded again.
    package var loadCooldown: Duration = .seconds(300)
    /// The maximum time that a load waits for a place while every engine is busy.
    package var busyTimeout: Duration = .seconds(60)
    /// Examines a model's files before an engine is started with them. Its error is the error of the load.
    package var examine: @Sendable (ModelEntry) async throws -> ModelFacts = { _ in ModelFacts() }
    /// Returns the memory in bytes that programs can still allocate.
    package var availableMemory: @Sendable () -> Int64 = { MachineMemory.availableBytes }
    /// Returns the memory that a process uses; `nil` if the system does not tell.
    package var memoryOfProcess: @Sendable (Int32) -> EngineMemory? = { EngineMemory.of(process: $0) }
    /// Returns the devices of an engine's machine. It is called before each load.
    package var devices: @Sendable (FilePath) async -> [EngineDevice] = { _ in [] }
    /// Reads what engines needed before. It is called once, before the first load.
    package var readNotes: @Sendable () async -> MemoryNotes = { MemoryNotes() }
    /// Stores what engines needed. A failure is not an error of an engine.
    package var writeNotes: @Sendable (MemoryNotes) async -> Void = { _ in }
    /// How long a model stays in memory after its last request, unless a request has set it.
    package var keepAlive = KeepAlive.forever
    /// The models that never leave memory for another one; one without a variant stands for all of its repository.
    package var pinned: Set<ModelReference> = []
    /// Stores which models are in memory, the last used one first. A failure is not an error of an engine.
    package var storeLoaded: @Sendable ([ModelReference]) async -> Void = { _ in }
    /// The file with the measured speeds of engines; `nil` to measure them again after each start of Roost.
    package var speedsFile: FilePath?
    /// The file with the results of calibrations; `nil` to keep them until the end of Roost.
    package var tuningFile: FilePath?
    /// The folder that engines may use as their home, with nothing else of the user's; `nil` to let them use all files.
    package var sandboxHome: FilePath?
    /// The folder of the prompts that engines store, to share them between requests and to have them after a restart; `nil`
    /// to store none.
    package var prompts: PromptFolder?
    /// The most memory of an engine's own.
    package var memoryLimit = EngineMemoryLimit.automatic
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
