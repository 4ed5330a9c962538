/// A number of bytes in its written form.
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes.
    public let bytes: Int64

    /// Creates a byte count.
    public init(_ bytes: Int64) { self.bytes = bytes }

    /// Parses a size: a number with an optional unit (`B`, `kB`, `MB`, `GB`, `TB` of thousands, `KiB`, `MiB`, `GiB`,
    /// `TiB` of 1024; in any case).
    ///
    /// - Parameter text: A size such as `2GiB`, `512 MB` or `1000000`; 0 to 2^60 bytes.
    public init?(parsing text: String) {
        let text = text.lowercased().filter { $0 != " " }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let factor = Self.factors[String(text.dropFirst(digits.count))], let number = Double(digits),
            case let bytes = number * factor, (0...Double(1 << 60)).contains(bytes)
        else { return nil }
        self.bytes = Int64(bytes)
    }

    private static let factors: [String: Double] = [
        "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12, "kib": 1024, "mib": 1_048_576,
        "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]

    /// The size in decimal units with three significant digits, as on disks and the Hub: `98.4 MB`, `1.07 GB`, `512 B`.
    public var description: String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(bytes) B" }
        let decimals = value < 9.995 ? 100.0 : value < 99.95 ? 10.0 : 1.0
        let rounded = (value * decimals).rounded() / decimals
        return decimals == 1 ? "\(Int(rounded)) \(units[unit])" : "\(rounded) \(units[unit])"
    }
}
