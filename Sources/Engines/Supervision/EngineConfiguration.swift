import RoostCore
public import SystemPackage

/// How engines are started and kept.
public struct EngineConfiguration: Sendable {
    /// Finds the `llama-server` to run; asked at each load, so that one installed meanwhile is used. Its error is the load's.
    public var locateExecutable: @Sendable () throws -> FilePath
    /// How the guard is started: the path of `roost`, then `engine-guard`.
    public var guardCommand: [String]
    /// The folder of the sockets; made with mode 0700 when missing. Its path must leave room for a socket path of at most 100 bytes.
    public var runtimeDirectory: FilePath
    /// The context of each request, in tokens, never more than the model's own; 0 takes the model's own.
    public var contextLength: Int = 4096
    /// Threads per engine; `nil` leaves it to the engine.
    public var threads: Int?
    /// The most engines at once, 1 or more.
    public var maxModels: Int = 2
    /// How long a model may take to load.
    public var loadTimeout: Duration = .seconds(300)
    /// How long a model that failed to load is left alone.
    public var loadCooldown: Duration = .seconds(300)
    /// How long a load waits for a place when every engine is busy.
    public var busyTimeout: Duration = .seconds(60)
    /// Looks at a model's files before an engine is started with them. Its error is the load's.
    public var examine: @Sendable (ModelEntry) async throws -> ModelFacts = { _ in ModelFacts() }
    /// How many bytes of memory programs can still get.
    public var availableMemory: @Sendable () -> Int64 = { MachineMemory.availableBytes }
    /// Further arguments for every engine, after Roost's own.
    public var extraArguments: [String] = []

    /// Makes a configuration with the defaults.
    ///
    /// - Parameters:
    ///   - locateExecutable: Finds the `llama-server` to run.
    ///   - guardCommand: How the guard is started.
    ///   - runtimeDirectory: The folder of the sockets.
    public init(locateExecutable: @escaping @Sendable () throws -> FilePath, guardCommand: [String], runtimeDirectory: FilePath) {
        self.locateExecutable = locateExecutable
        self.guardCommand = guardCommand
        self.runtimeDirectory = runtimeDirectory
    }
}
