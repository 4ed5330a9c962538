/// A download rate in its written form.
public struct ByteRate: Sendable, Hashable {
    /// The number of bytes per second.
    public let bytesPerSecond: Int64

    /// Parses a rate: a number with an optional unit (`B`, `kB`, `MB`, `GB` of thousands, `KiB`, `MiB`, `GiB` of 1024;
    /// in any case) and an optional `/s`.
    ///
    /// - Parameter text: A rate such as `20MB`, `512 KiB/s` or `1000000`.
    public init?(parsing text: String) {
        let isRate = text.lowercased().filter { $0 != " " }.hasSuffix("/s")
        guard let bytes = ByteCount(parsing: isRate ? String(text.filter { $0 != " " }.dropLast(2)) : text)?.bytes, Job.rates.contains(bytes)
        else { return nil }
        bytesPerSecond = bytes
    }
}
