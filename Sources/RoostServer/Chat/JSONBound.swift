import ModelFormats
import RoostCore

/// How large a value may be that is passed on as it is.
struct JSONBound: Sendable {
    /// Bytes of the text.
    let bytes: Int
    /// Values and keys.
    let values: Int
    /// Arrays and objects inside each other: engines work on them by recursion.
    let depth: Int

    /// Refuses a larger value.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - name: What it is called.
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
