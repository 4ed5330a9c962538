/// A number of bytes, for people.
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes.
    public let bytes: Int64

    /// Wraps a number of bytes.
    ///
    /// - Parameter bytes: Zero or more.
    public init(_ bytes: Int64) { self.bytes = bytes }

    /// Decimal units with three significant digits, as disks and the Hub count: `98.4 MB`, `1.07 GB`, `512 B`.
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
