import RoostAPI
import RoostCore

/// The pulls that fetch damaged and missing files again: one for these files of each commit, and one for each model
/// that has to be converted again.
struct ModelRepairPlan {
    let pulls: [NewPull]

    /// Creates a plan.
    ///
    /// - Parameter report: The faults.
    /// - Throws: `RoostError` with code `invalidRequest` for a finding without a valid repository.
    init(_ report: VerifyReport) throws {
        let groups = Dictionary(grouping: report.findings.filter { $0.recipe == nil }) { [$0.model, $0.commit] }
        let fetched = try groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { origin, findings in
            let patterns = Set(findings.map { Self.pattern(for: $0.path) }).sorted()
            return try stride(from: 0, to: patterns.count, by: FilePatterns.counts.upperBound).map { start in
                var pull = NewPull(model: ModelReference(repository: try RepositoryID(parsing: origin[0])))
                pull.revision = origin[1]
                pull.allowPatterns = Array(patterns[start..<min(start + FilePatterns.counts.upperBound, patterns.count)])
                return pull
            }
        }
        let made = try report.findings.compactMap { finding in
            try finding.recipe.map { recipe in
                var pull = NewPull(model: try ModelReference(parsing: "\(finding.model):\(recipe)"))
                pull.revision = finding.commit
                return pull
            }
        }
        pulls = fetched + made
    }

    /// Returns the pattern that matches one path only.
    private static func pattern(for path: String) -> String {
        path.reduce(into: "") { pattern, character in pattern += "*?[".contains(character) ? "[\(character)]" : String(character) }
    }
}
