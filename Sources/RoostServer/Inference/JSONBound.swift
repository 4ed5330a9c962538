import ModelFormats
import RoostCore

/// The limits of a value that is passed on unchanged.
struct JSONBound: Sendable {
    /// The most bytes of its text.
    let bytes: Int
    /// The most values and keys.
    let values: Int
    /// The greatest depth of arrays and objects: engines process them recursively.
    let depth: Int

    /// Refuses a value beyond the limits.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - name: The name of the field.
    /// - Throws: `RoostError` with code `invalidRequest`.
    func check(_ value: JSONValue, _ name: String) throws {
        let extent = value.extent
        let problem: String? =
            if extent.bytes > bytes {
                "may have at most \(bytes) bytes; it has \(extent.bytes)."
            } else if extent.values > values {
                "may consist of at most \(values) values; it has \(extent.values)."
            } else if extent.depth > depth {
                "may have at most \(depth) arrays and objects inside each other; it has \(extent.depth)."
            } else {
                nil
            }
        if let problem { throw RoostError(.invalidRequest, "`\(name)` \(problem)", field: name) }
    }
}
