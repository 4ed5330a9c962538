public import SystemPackage

/// The generations of `huggingface_hub` that are in use: each speaks the Hub's protocol in its own way.
public enum PythonHub: String, CaseIterable, Sendable, CustomStringConvertible {
    /// 2.x, the current one; its HTTP library is `httpx2`.
    case current = "2.4.0"
    /// The last 1.x, with `httpx`.
    case previous = "1.33.0"
    /// The last 0.x, with `requests`: what transformers 4.x needs.
    case legacy = "0.36.2"

    /// The release.
    public var description: String { rawValue }

    /// Its interpreter.
    public var python: FilePath { get throws { try tool("python") } }

    /// Its `hf` command.
    public var command: FilePath { get throws { try tool("hf") } }

    private func tool(_ name: String) throws -> FilePath {
        let path = try TestEnvironment.pythonEnvironments.appending("huggingface_hub-\(rawValue)/bin/\(name)")
        return try TestEnvironment.existing(path, missing: "run the tests with `make test`")
    }
}
