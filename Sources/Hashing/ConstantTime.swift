/// Comparisons whose time does not depend on the place of a difference, so that a secret cannot be found byte by byte.
package enum ConstantTime {
    /// Returns whether two digests are equal. Only their lengths influence the time.
    package static func isEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        guard first.count == second.count else { return false }
        return zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
