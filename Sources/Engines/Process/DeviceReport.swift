import RoostCore

/// The devices that an engine can compute on besides the processor, for people.
package enum DeviceReport: Sendable, Hashable {
    /// The devices, one or more.
    case devices([EngineDevice])
    /// The engine computes on the processor alone.
    case processorOnly
    /// The engine does not list its devices; the first line of its output.
    case unknown(String)

    private static let longestLine = 200

    /// Reads the output of `llama-server --list-devices`.
    ///
    /// - Parameter output: The output of the command, all streams together.
    package init(output: String) {
        let devices = EngineDevice.list(output)
        let lines = output.split(whereSeparator: \.isNewline)
        let listed = lines.drop { !$0.hasPrefix("Available devices:") }
        if !devices.isEmpty {
            self = .devices(devices)
        } else if listed.count == 1 || listed.dropFirst().first?.hasSuffix("(none)") == true {
            self = .processorOnly
        } else {
            self = .unknown(String((listed.dropFirst().first ?? lines.first ?? "").prefix(Self.longestLine)))
        }
    }

    /// The devices as a part of a sentence.
    package var description: String {
        switch self {
        case .devices(let devices):
            devices.map { "\($0.name) (\($0.description), \(ByteCount($0.totalBytes)), \(ByteCount($0.freeBytes)) free)" }.joined(separator: ", ")
        case .processorOnly:
            "none; the engine computes on the processor. `scripts/engine --devices` in Roost's folder tells for which devices it can be built here."
        case .unknown(let line):
            line.isEmpty ? "the engine does not list them." : "the engine does not list them; it printed \(line.quotedForPeople)."
        }
    }
}
