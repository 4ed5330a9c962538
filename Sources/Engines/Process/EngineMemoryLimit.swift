import Foundation
import RoostCore

/// How much memory of its own an engine may have, besides the files that it only reads. Linux enforces it
/// (`RLIMIT_DATA`); other systems have no such limit.
package enum EngineMemoryLimit: Sendable, Hashable {
    /// What the model may need, and a half more.
    case automatic
    /// No limit.
    case unlimited
    /// This number of bytes.
    case bytes(Int64)

    /// The least number of bytes: an engine without a model needs some of it.
    package static let least: Int64 = 256 << 20

    /// What is allowed beyond the need: buffers that are reserved and never used count too.
    private static let reserve: Int64 = 1 << 30
    /// The stacks of an engine's threads, of which it has two for each processor.
    private static let stacks: Int64 = 16 << 20

    /// Returns the limit in bytes.
    ///
    /// - Parameters:
    ///   - need: The memory that the engine may need.
    ///   - hasDevices: Whether the engine has devices. Their drivers reserve amounts that nothing predicts, so such an
    ///     engine has no automatic limit.
    ///   - processors: The number of processors.
    /// - Returns: `nil` for none.
    func bytes(
        for need: EngineNeed, hasDevices: Bool, processors: Int = ProcessInfo.processInfo.activeProcessorCount
    ) -> Int64? {
        #if os(Linux)
            switch self {
            case .unlimited: return nil
            case .bytes(let bytes): return bytes
            case .automatic where hasDevices: return nil
            case .automatic:
                let fixed = Self.reserve.clampedPlus(Self.stacks.clampedTimes(processors))
                return need.bytes.clampedPlus(need.bytes / 2).clampedPlus(fixed)
            }
        #else
            return nil
        #endif
    }
}

extension EngineMemoryLimit: CustomStringConvertible {
    /// Parses `auto`, `unlimited`, or a size.
    ///
    /// - Parameter text: A size is one such as `8GiB`, `least` or more.
    package init?(parsing text: String) {
        switch text {
        case "auto": self = .automatic
        case "unlimited": self = .unlimited
        default:
            guard let size = ByteCount(parsing: text), size.bytes >= Self.least else { return nil }
            self = .bytes(size.bytes)
        }
    }

    /// The value as in a setting.
    package var description: String {
        switch self {
        case .automatic: "auto"
        case .unlimited: "unlimited"
        case .bytes(let bytes): "\(bytes)"
        }
    }
}

extension EngineSupervisor {
    /// The most memory that an engine may have, in bytes; `nil` without a limit.
    nonisolated func memoryLimit(of engine: SupervisedEngine) -> Int64? {
        engine.memory.flatMap { configuration.memoryLimit.bytes(for: $0, hasDevices: !engine.devices.isEmpty) }
    }

    /// The limit that an engine has reached, as the rest of a sentence that begins with "it"; `nil` if it ended for another
    /// reason.
    nonisolated func reachedLimit(of engine: SupervisedEngine) -> String? {
        guard let limit = memoryLimit(of: engine), engine.log.saysOutOfMemory else { return nil }
        return "it needed more than the \(ByteCount(limit)) of memory that it may have"
    }
}
