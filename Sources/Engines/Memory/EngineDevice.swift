/// A device with its own memory that an engine can compute on, such as a graphics card.
package struct EngineDevice: Sendable, Hashable {
    /// The engine's name of it, such as `CUDA0`.
    package let name: String
    /// The name for people, such as `NVIDIA GeForce RTX 4090`.
    package let description: String
    /// Its memory in bytes.
    package let totalBytes: Int64
    /// The part of its memory that is free, in bytes.
    package let freeBytes: Int64

    /// Creates a device.
    package init(name: String, description: String, totalBytes: Int64, freeBytes: Int64) {
        self.name = name
        self.description = description
        self.totalBytes = totalBytes
        self.freeBytes = freeBytes
    }

    /// Whether its memory is that of the machine: on Apple's processors, Metal has no memory of its own.
    package var sharesMemory: Bool { name.hasPrefix("MTL") || name.hasPrefix("Metal") }

    /// The most devices and bytes of a list.
    private static let most = (devices: 64, bytes: 64 << 10)

    /// Parses the output of `llama-server --list-devices`. Each device is a line
    /// `  NAME: DESCRIPTION (TOTAL MiB, FREE MiB free)` after `Available devices:`.
    ///
    /// - Parameter output: The output of the command, all streams together.
    /// - Returns: The devices; none on a machine without one.
    package static func list(_ output: String) -> [EngineDevice] {
        let lines = output.prefix(most.bytes).split(whereSeparator: \.isNewline).drop { !$0.hasPrefix("Available devices:") }
        return Array(lines.dropFirst().prefix { $0.hasPrefix("  ") }.compactMap { EngineDevice(line: $0) }.prefix(most.devices))
    }

    private init?(line: Substring) {
        let text = line.drop { $0 == " " }
        guard let colon = text.firstIndex(of: ":"), let open = text.lastIndex(of: "("), colon < open, text.hasSuffix(" MiB free)") else { return nil }
        let sizes = text[text.index(after: open)...].dropLast(" MiB free)".count).split(separator: ",")
        guard sizes.count == 2, sizes[0].hasSuffix(" MiB"), let total = Self.bytes(sizes[0].dropLast(4)), let free = Self.bytes(sizes[1].dropFirst())
        else { return nil }
        name = String(text[..<colon])
        description = String(text[text.index(after: colon)..<open].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        (totalBytes, freeBytes) = (total, min(free, total))
    }

    private static func bytes(_ mebibytes: Substring) -> Int64? { Int64(mebibytes).flatMap { (0...(1 << 40)).contains($0) ? $0 << 20 : nil } }
}
