public import Foundation

/// The official Python client of OpenAI's API.
public enum OpenAIPython {
    private static let client = PythonClient(environment: "openai-3.51.0")

    /// Runs a script with it.
    ///
    /// - Parameters:
    ///   - script: The script's name in `EndToEndTests/Python`.
    ///   - arguments: Its arguments.
    /// - Returns: What it prints.
    /// - Throws: As `PythonClient.run`.
    public static func run(_ script: String, _ arguments: [String]) throws -> Data { try client.run(script, arguments) }
}
