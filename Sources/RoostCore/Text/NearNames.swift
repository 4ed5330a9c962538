/// Names that are nearly what was typed, for "Did you mean …?".
package enum NearNames {
    /// The most names that are compared; later ones are not looked at.
    private static let mostNames = 5000
    /// The most bytes of a name that is compared.
    private static let longestName = 256
    private static let mostShown = 3

    /// Returns the nearest names, the nearest first.
    ///
    /// - Parameters:
    ///   - typed: The text; untrusted.
    ///   - names: The names, each with the texts under which a person may look for it.
    /// - Returns: At most three names. A name counts as near when a quarter of the typed characters, at most four, have to be changed; without
    ///   such a name, when it begins with three or more typed characters.
    package static func nearest(to typed: String, among names: some Sequence<(name: String, texts: [String])>) -> [String] {
        let wanted = Array(typed.lowercased().utf8)
        guard (2...longestName).contains(wanted.count) else { return [] }
        let limit = max(1, min(4, wanted.count / 4))
        let found = names.prefix(mostNames).compactMap { candidate -> (name: String, distance: Int)? in
            let distances = candidate.texts.compactMap { distance(wanted, Array($0.lowercased().utf8), atMost: limit) }
            return distances.min().map { (candidate.name, $0) }
        }
        guard !found.isEmpty else { return beginning(with: wanted, among: names.prefix(mostNames)) }
        // What differs in the case of letters only, or is another name of one thing, needs no other guesses.
        let isExact = found.contains { $0.distance == 0 }
        return found.filter { !isExact || $0.distance == 0 }.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(mostShown).map(\.name)
    }

    private static func beginning(with wanted: [UInt8], among names: some Sequence<(name: String, texts: [String])>) -> [String] {
        guard wanted.count >= 3 else { return [] }
        let found = names.filter { candidate in candidate.texts.contains { Array($0.lowercased().utf8).starts(with: wanted) } }
        return found.map(\.name).sorted().prefix(mostShown).map(\.self)
    }

    /// Returns the number of changes (a byte added, removed, replaced, or exchanged with the next) that make one name of the other.
    ///
    /// - Returns: `nil` when there are more than the limit. The work is the limit times the length.
    static func distance(_ first: [UInt8], _ second: [UInt8], atMost limit: Int) -> Int? {
        guard abs(first.count - second.count) <= limit, second.count <= longestName else { return nil }
        let far = limit + 1
        var (before, last) = ([Int](repeating: far, count: second.count + 1), (0...second.count).map { min($0, far) })
        for row in first.indices {
            var current = [Int](repeating: far, count: second.count + 1)
            if row + 1 <= limit { current[0] = row + 1 }
            for column in max(0, row - limit)..<max(0, row - limit, min(second.count, row + limit + 1)) {
                let isSame = first[row] == second[column]
                var best = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, before[column - 1] + 1)
                }
                current[column + 1] = min(best, far)
            }
            (before, last) = (last, current)
        }
        return last[second.count] <= limit ? last[second.count] : nil
    }

    /// Returns the question about names, as the end of a message: ` Did you mean a or b?`
    ///
    /// - Parameter names: The names.
    /// - Returns: The question; empty without names.
    package static func question(_ names: [String]) -> String {
        guard let last = names.last else { return "" }
        let others = names.dropLast().joined(separator: ", ")
        return " Did you mean \(others.isEmpty ? "" : "\(others) or ")\(last)?"
    }
}
