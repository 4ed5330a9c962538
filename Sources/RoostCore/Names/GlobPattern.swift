/// A pattern for paths within a repository, with the meaning of Python's `fnmatch.fnmatchcase` on the whole path, as in
/// `huggingface_hub`: `*` matches any characters, also `/`; `?` matches one character; `[abc]`, `[a-z]` and `[!abc]`
/// match one of a set; the case of letters counts.
public struct GlobPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case run
        case one
        case literal(Unicode.Scalar)
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    private let parts: [Part]

    /// Creates a pattern; every text is valid.
    ///
    /// - Parameter text: The pattern. One that ends in `/` matches everything below that folder, and `\` counts as `/`.
    public init(_ text: String) {
        let whole = text.replacing("\\", with: "/")
        let scalars = Array((whole.hasSuffix("/") ? whole + "*" : whole).unicodeScalars)
        var parts: [Part] = []
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "*":
                if parts.last != .run { parts.append(.run) }
            case "?": parts.append(.one)
            case "[":
                if let end = Self.endOfSet(in: scalars, from: index) {
                    parts.append(Self.set(scalars[(index + 1)..<end]))
                    index = end
                } else {
                    parts.append(.literal("["))
                }
            case let scalar: parts.append(.literal(scalar))
            }
            index += 1
        }
        self.parts = parts
    }

    /// Returns whether the pattern matches the whole text. The time is at most proportional to the product of both
    /// lengths.
    ///
    /// - Parameter text: A path.
    /// - Returns: Whether the pattern matches.
    public func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var (part, position) = (0, 0)
        // Where to continue when the rest does not match: the last `*` then matches one character more.
        var retry: (part: Int, position: Int)?
        while position < scalars.count {
            if part < parts.count, parts[part] == .run {
                retry = (part, position)
                part += 1
            } else if part < parts.count, Self.fits(scalars[position], parts[part]) {
                part += 1
                position += 1
            } else if let last = retry {
                retry = (last.part, last.position + 1)
                (part, position) = (last.part + 1, last.position + 1)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .run }
    }

    private static func fits(_ scalar: Unicode.Scalar, _ part: Part) -> Bool {
        switch part {
        case .run: false
        case .one: true
        case .literal(let wanted): scalar == wanted
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    /// Returns the index of the `]` that ends a set; one at the start belongs to the set.
    private static func endOfSet(in scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var index = start + 1
        if index < scalars.count, scalars[index] == "!" { index += 1 }
        if index < scalars.count, scalars[index] == "]" { index += 1 }
        return scalars[min(index, scalars.count)...].firstIndex(of: "]")
    }

    private static func set(_ body: ArraySlice<Unicode.Scalar>) -> Part {
        let isNegated = body.first == "!"
        var rest = isNegated ? body.dropFirst() : body
        var ranges: [ClosedRange<UInt32>] = []
        while let first = rest.popFirst() {
            if rest.count >= 2, rest.first == "-" {
                let last = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
                // A range whose end is before its start is empty.
                if first.value <= last.value { ranges.append(first.value...last.value) }
            } else {
                ranges.append(first.value...first.value)
            }
        }
        return .set(ranges, isNegated: isNegated)
    }
}
