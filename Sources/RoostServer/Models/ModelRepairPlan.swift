import RoostCore

/// Which pulls fetch damaged and missing files again: one for each commit, of exactly these files.
struct ModelRepairPlan {
    let pulls: [NewPull]

    /// Makes a plan.
    ///
    /// - Parameter report: What is wrong.
    /// - Throws: `RoostError` with code `invalidRequest` for a finding that names no repository.
    init(_ report: VerifyReport) throws {
        let groups = Dictionary(grouping: report.findings) { [$0.model, $0.commit] }
        pulls = try groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { origin, findings in
            let patterns = Set(findings.map { Self.pattern(for: $0.path) }).sorted()
            return try stride(from: 0, to: patterns.count, by: FilePatterns.counts.upperBound).map { start in
                var pull = NewPull(model: ModelReference(repository: try RepositoryID(parsing: origin[0])))
                pull.revision = origin[1]
                pull.allowPatterns = Array(patterns[start..<min(start + FilePatterns.counts.upperBound, patterns.count)])
                return pull
            }
        }
    }

    /// The pattern that describes one path and no other.
    private static func pattern(for path: String) -> String {
        path.reduce(into: "") { pattern, character in pattern += "*?[".contains(character) ? "[\(character)]" : String(character) }
    }
}
