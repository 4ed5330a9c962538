extension Int64 {
    /// The sum, or the nearest number that the type has. Sizes come from files that can have any content.
    func clampedPlus(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The product of two numbers of 0 or more, or the largest number that the type has.
    func clampedTimes(_ other: Int) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: Int64(clamping: other))
        return overflow ? .max : product
    }

    /// The next multiple of a power of two, or the largest number that the type has.
    func padded(to size: Int64) -> Int64 { clampedPlus(size - 1) == .max ? .max : (self + size - 1) / size * size }
}
