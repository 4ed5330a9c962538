extension Duration {
    /// The number of nanoseconds; durations here are far below the maximum of 292 years.
    package var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
