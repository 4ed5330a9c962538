/// What a `Range` header means for a file of a known size (RFC 9110, section 14). Units other than bytes, several ranges and broken headers
/// are ignored, as the rule allows: the whole file is the answer.
package enum RequestedRange: Sendable, Hashable {
    /// Everything.
    case whole
    /// These bytes; at least one, all within the file.
    case part(Range<Int64>)
    /// Nothing of the file: 416.
    case unsatisfiable

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - header: `bytes=a-b`, `bytes=a-` or `bytes=-n`; `nil` when it was not sent.
    ///   - size: The file's size in bytes.
    package init(_ header: String?, size: Int64) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let bounds = header.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return }
        switch (Self.number(bounds[0]), Self.number(bounds[1])) {
        case (let first?, let last?) where first <= last:
            // `last` may be the greatest number there is.
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        case (let first?, nil) where bounds[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let count?) where bounds[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        default: return
        }
    }

    /// Digits only; a number too great for the type is as good as the greatest.
    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}
