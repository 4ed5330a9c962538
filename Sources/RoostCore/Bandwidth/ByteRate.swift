/// A download rate as people write it.
public struct ByteRate: Sendable, Hashable {
    /// Bytes a second.
    public let bytesPerSecond: Int64

    /// Parses a rate: a number with or without a unit (`B`, `kB`, `MB`, `GB` of thousands, `KiB`, `MiB`, `GiB` of 1024; in any case), and `/s` if you like.
    ///
    /// - Parameter text: Such as `20MB`, `512 KiB/s` or `1000000`.
    public init?(parsing text: String) {
        var text = text.lowercased().filter { $0 != " " }
        if text.hasSuffix("/s") { text.removeLast(2) }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let factor = Self.units[String(text.dropFirst(digits.count))], let number = Double(digits), number.isFinite else { return nil }
        let bytes = number * factor
        guard bytes >= Double(Job.rates.lowerBound), bytes <= Double(Job.rates.upperBound) else { return nil }
        bytesPerSecond = Int64(bytes)
    }

    private static let units: [String: Double] = [
        "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
    ]
}
